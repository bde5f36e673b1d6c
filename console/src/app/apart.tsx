// What stands in place of a page, without the frame: nothing is there, nothing has come yet, or it went wrong.
import { IconMapPinOff } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { Empty, Failed, Loading } from '../components/states';
import { t } from '../texts';

export function NotFound() {
  return (
    <main>
      <Empty
        icon={<IconMapPinOff size={28} />}
        title={t.shell.errors.notFound}
        isPage
        action={<Link to="/">{t.shell.places.home}</Link>}
      >
        {t.shell.errors.notFoundHelp}
      </Empty>
    </main>
  );
}

export function Waiting() {
  return (
    <main className="content">
      <Loading rows={8} />
    </main>
  );
}

export function Broken({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <main>
      <Failed error={error} retry={retry} isPage />
    </main>
  );
}
