// The frame: navigation, search, who is signed in, and the page.
import { ActionIcon, Menu, SegmentedControl, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import {
  IconAddressBook,
  IconChartHistogram,
  IconChevronUp,
  IconDatabase,
  IconHome,
  IconKeyboard,
  IconListCheck,
  IconMenu2,
  IconSearch,
  IconSettings,
  IconUsersGroup,
  IconX,
} from '@tabler/icons-react';
import { Link, Outlet, useRouter, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useLive } from '../api/live';
import { useMe, useSignOut } from '../api/session';
import { Mark } from '../components/Mark';
import { Loading } from '../components/states';
import { t } from '../texts';

const Spotlight = lazy(() => import('./Spotlight'));
const Keyboard = lazy(() => import('./Keyboard'));

const PLACES = [
  { to: '/', key: 'h', name: t.shell.places.home, icon: IconHome },
  { to: '/segments', key: 's', name: t.shell.places.segments, icon: IconUsersGroup },
  { to: '/contacts', key: 'c', name: t.shell.places.contacts, icon: IconAddressBook },
  { to: '/lists', key: 'l', name: t.shell.places.lists, icon: IconListCheck },
  { to: '/insights', key: 'i', name: t.shell.places.insights, icon: IconChartHistogram },
  { to: '/data', key: 'd', name: t.shell.places.data, icon: IconDatabase },
] as const;

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

export function Shell() {
  const [open, setOpen] = useState(false);
  const [dialog, setDialog] = useState<'search' | 'keys' | null>(null);
  const router = useRouter();
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const state = useLive();

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes the menu and takes the focus
  useEffect(() => {
    setOpen(false);
    if (first.current) first.current = false;
    else main.current?.focus({ preventScroll: false });
  }, [pathname.split('/')[1]]);

  useEffect(() => {
    let goAt = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      if (document.querySelector('[role="dialog"]')) return;
      if (event.key === '/') {
        event.preventDefault();
        setDialog('search');
      } else if (event.key === '?') {
        setDialog('keys');
      } else if (event.key === 'g') {
        goAt = event.timeStamp;
      } else if (event.timeStamp - goAt < 1200) {
        const place = PLACES.find((one) => one.key === event.key);
        goAt = 0;
        if (place) void router.navigate({ to: place.to });
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [router]);

  return (
    <div className="frame">
      <a className="skip" href="#content">
        {t.shell.skip}
      </a>
      <nav className="top" aria-label={t.shell.quick}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={t.shell.menu}
          onClick={() => setOpen(true)}
        >
          <IconMenu2 size={20} />
        </ActionIcon>
        <Link to="/" className="brand">
          <Mark size={24} /> {t.shell.product}
        </Link>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={t.shell.searchAll}
          onClick={() => setDialog('search')}
        >
          <IconSearch size={20} />
        </ActionIcon>
      </nav>
      <nav className="side" aria-label={t.shell.nav} data-open={open || undefined}>
        <Link to="/" className="brand">
          <Mark /> {t.shell.product}
          {open && (
            <ActionIcon
              variant="subtle"
              color="gray"
              ms="auto"
              aria-label={t.shell.closeMenu}
              onClick={(event) => {
                event.preventDefault();
                setOpen(false);
              }}
            >
              <IconX size={20} />
            </ActionIcon>
          )}
        </Link>
        <button type="button" className="side-search" onClick={() => setDialog('search')}>
          <IconSearch size={16} aria-hidden /> {t.shell.search} <kbd>/</kbd>
        </button>
        <ul>
          {PLACES.map(({ to, name, icon: Icon }) => (
            <li key={to}>
              <Link to={to} className="side-link" activeOptions={{ exact: to === '/' }}>
                <Icon size={19} stroke={1.7} aria-hidden /> {name}
              </Link>
            </li>
          ))}
        </ul>
        <div className="side-foot">
          <span className="pulse" data-state={state.connected ? 'on' : 'off'} title={t.shell.live}>
            {state.connected ? t.shell.version(t.number(state.version)) : t.shell.offline}
          </span>
          <Link to="/settings" className="side-link">
            <IconSettings size={19} stroke={1.7} aria-hidden /> {t.shell.places.settings}
          </Link>
          <Account onKeys={() => setDialog('keys')} />
        </div>
      </nav>
      <main className="content" id="content" tabIndex={-1} ref={main}>
        <Suspense fallback={<Loading />}>
          <Outlet />
        </Suspense>
      </main>
      <Suspense>
        {dialog === 'search' && <Spotlight onClose={() => setDialog(null)} />}
        {dialog === 'keys' && <Keyboard onClose={() => setDialog(null)} />}
      </Suspense>
    </div>
  );
}

function Account({ onKeys }: { onKeys: () => void }) {
  const { data: me } = useMe();
  const signOut = useSignOut();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  if (!me) return null;
  return (
    <Menu position="top-start" width={250}>
      <Menu.Target>
        <UnstyledButton className="side-link account">
          <span className="initials" aria-hidden>
            {initials(me.name)}
          </span>
          <span className="account-name">
            {me.name}
            <span className="visually-hidden">: {t.shell.account}</span>
          </span>
          <IconChevronUp size={15} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t.shell.scheme.label}</Menu.Label>
        <SegmentedControl
          fullWidth
          size="xs"
          aria-label={t.shell.scheme.label}
          value={colorScheme}
          onChange={(value) => setColorScheme(value as 'light' | 'dark' | 'auto')}
          data={[
            { value: 'light', label: t.shell.scheme.light },
            { value: 'dark', label: t.shell.scheme.dark },
            { value: 'auto', label: t.shell.scheme.auto },
          ]}
        />
        <Menu.Divider />
        <Menu.Item leftSection={<IconKeyboard size={16} />} onClick={onKeys}>
          {t.shell.keyboard}
        </Menu.Item>
        <Menu.Item onClick={() => signOut.mutate()}>{t.shell.signOut}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function initials(name: string): string {
  const words = name.split(/[\s@._-]+/).filter(Boolean);
  return ((words[0]?.[0] ?? '') + (words[1]?.[0] ?? '')).toUpperCase();
}
