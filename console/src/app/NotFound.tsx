// A page that is not there.
import { IconMapPinOff } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { Empty } from '../components/states';
import { t } from '../texts';

export function NotFound() {
  return (
    <Empty
      icon={<IconMapPinOff size={28} />}
      title={t.shell.errors.notFound}
      isPage
      action={<Link to="/">{t.shell.places.home}</Link>}
    >
      {t.shell.errors.notFoundHelp}
    </Empty>
  );
}
