// Colour and logo of a center. The logo becomes part of the page, so that it fetches nothing from elsewhere.
import { Button, ColorInput, FileButton, Group, Stack, TextInput } from '@mantine/core';
import { IconPhoto, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { t } from '../../texts';
import type { Edited } from './useEdited';

const SWATCHES = ['#1a5fb4', '#0b6e6e', '#2e7d32', '#bd4706', '#b3261e', '#8a1c4a', '#5b3a8c', '#3a3530'];
const COLOUR = /^#[0-9a-f]{6}$/;
const LOGO_BYTES_MAX = 200_000;
const KINDS = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'];

function dataUrl(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

export function Look({ edited }: { edited: Edited }) {
  const { content, change } = edited;
  // What is typed and is no colour yet stays in the field, and the last colour on the page.
  const [typed, setTyped] = useState<string | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const take = async (file: File | null) => {
    if (!file) return;
    if (!KINDS.includes(file.type)) return setRefused(t.centers.logoKind);
    if (file.size > LOGO_BYTES_MAX)
      return setRefused(t.centers.logoBig(t.number(Math.ceil(file.size / 1000))));
    setRefused(null);
    change('', { logo: await dataUrl(file), logo_text: content.logo_text || nameOf(file) });
  };
  return (
    <section className="card panel">
      <h2>{t.centers.partLook}</h2>
      <Stack gap="md">
        <ColorInput
          label={t.centers.colour}
          description={t.centers.colourHelp}
          maw={340}
          format="hex"
          swatches={SWATCHES}
          swatchesPerRow={8}
          withEyeDropper={false}
          value={typed ?? content.colour}
          onChange={(next) => {
            const colour = next.toLowerCase();
            setTyped(COLOUR.test(colour) ? null : next);
            if (COLOUR.test(colour)) change('colour', { colour });
          }}
          onBlur={() => setTyped(null)}
        />
        <div>
          <p className="sc-label">{t.centers.logo}</p>
          <p className="muted small flush">{t.centers.logoHelp}</p>
          <Group mt="xs" align="center">
            {content.logo && <img src={content.logo} alt={content.logo_text} className="sc-logo" />}
            <FileButton
              accept={KINDS.join(',')}
              onChange={(file) => void take(file)}
              inputProps={{ 'aria-label': t.centers.logoChoose }}
            >
              {(props) => (
                <Button size="xs" variant="default" leftSection={<IconPhoto size={15} />} {...props}>
                  {t.centers.logoChoose}
                </Button>
              )}
            </FileButton>
            {content.logo && (
              <Button
                size="xs"
                variant="subtle"
                color="gray"
                leftSection={<IconTrash size={15} />}
                onClick={() => change('', { logo: null })}
              >
                {t.centers.logoRemove}
              </Button>
            )}
          </Group>
          {refused && (
            <p className="problem" role="alert">
              {refused}
            </p>
          )}
        </div>
        {content.logo && (
          <TextInput
            label={t.centers.logoText}
            description={t.centers.logoTextHelp}
            value={content.logo_text}
            onChange={(event) => change('logo text', { logo_text: event.currentTarget.value })}
          />
        )}
      </Stack>
    </section>
  );
}

const nameOf = (file: File) => file.name.replace(/\.[^.]+$/, '').replace(/[_-]+/g, ' ');
