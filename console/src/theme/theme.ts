// The look: warm paper, satsuma orange for what can be done, leaf green for what is live.
import { createTheme, defaultVariantColorsResolver, type MantineColorsTuple, rem } from '@mantine/core';
import { t } from '../texts';

const satsuma: MantineColorsTuple = [
  '#fff5ec',
  '#ffe6d1',
  '#ffcca0',
  '#ffae6b',
  '#fb9140',
  '#f2711c',
  '#dc5a0b',
  '#bd4706',
  '#963806',
  '#6f2b08',
];

const leaf: MantineColorsTuple = [
  '#f0f8ee',
  '#dff0db',
  '#bfe0b8',
  '#97ca8d',
  '#74b668',
  '#559c49',
  '#418336',
  '#34702b',
  '#285822',
  '#1d421a',
];

// Greys with a little warmth, so that the orange belongs.
const gray: MantineColorsTuple = [
  '#faf8f5',
  '#f3f0eb',
  '#e8e3dc',
  '#d9d2c9',
  '#bdb4a9',
  '#968c80',
  '#716860',
  '#544d46',
  '#3a3530',
  '#23201d',
];

const dark: MantineColorsTuple = [
  '#ece7e1',
  '#cfc8c0',
  '#b0a79d',
  '#8d847b',
  '#4c4640',
  '#3a3530',
  '#2a2622',
  '#1f1c19',
  '#181512',
  '#100e0c',
];

export const theme = createTheme({
  colors: { satsuma, leaf, gray, dark },
  primaryColor: 'satsuma',
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  white: '#ffffff',
  black: '#23201d',
  fontFamily: "'Figtree Variable', ui-sans-serif, system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SFMono-Regular', Menlo, Consolas, monospace",
  headings: {
    fontFamily: "'Fraunces Variable', ui-serif, Georgia, serif",
    fontWeight: '560',
    sizes: {
      h1: { fontSize: rem(30), lineHeight: '1.2' },
      h2: { fontSize: rem(20), lineHeight: '1.3' },
      h3: { fontSize: rem(16), lineHeight: '1.4' },
    },
  },
  // What is filled with the accent takes its text's colour from the scheme: white on deep orange, dark on bright.
  variantColorResolver: (input) => {
    const found = defaultVariantColorsResolver(input);
    const isAccent = input.color === undefined || input.color === input.theme.primaryColor;
    return input.variant === 'filled' && isAccent ? { ...found, color: 'var(--on-accent)' } : found;
  },
  defaultRadius: 'md',
  radius: { xs: rem(3), sm: rem(5), md: rem(8), lg: rem(14), xl: rem(24) },
  spacing: { xs: rem(6), sm: rem(10), md: rem(16), lg: rem(24), xl: rem(36) },
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  components: {
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true, transitionProps: { duration: 100 } } },
    Modal: {
      defaultProps: {
        centered: true,
        overlayProps: { backgroundOpacity: 0.35, blur: 2 },
        radius: 'lg',
        closeButtonProps: { 'aria-label': t.shell.close },
      },
      styles: { title: { fontSize: rem(18), fontWeight: 650 } },
    },
    Drawer: {
      defaultProps: {
        overlayProps: { backgroundOpacity: 0.25 },
        closeButtonProps: { 'aria-label': t.shell.close },
      },
      styles: { title: { fontSize: rem(18), fontWeight: 650 } },
    },
    Menu: { defaultProps: { shadow: 'md', position: 'bottom-end' } },
  },
});
