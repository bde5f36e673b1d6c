// The catalog of a workspace into which nothing has come yet.
import { Button } from '@mantine/core';
import { IconDatabase } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { May } from '../../components/May';
import { Empty } from '../../components/states';
import { t } from '../../texts';

export function Nothing() {
  const navigate = useNavigate();
  return (
    <Empty
      icon={<IconDatabase size={28} />}
      title={t.data.empty}
      action={
        <May do="start_import">
          <Button onClick={() => void navigate({ to: '/data', search: { tab: 'import' } })}>
            {t.contacts.import}
          </Button>
        </May>
      }
    >
      {t.data.emptyHelp}
    </Empty>
  );
}
