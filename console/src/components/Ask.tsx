// A question before something that cannot be undone. It is closed once that is done, and says why if it is refused.
import { Alert, Button, Group, Modal } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { t } from '../texts';
import { messageOf } from './states';

export function Ask(props: {
  title: string;
  children: ReactNode;
  confirm: string;
  danger?: boolean;
  disabled?: boolean;
  onConfirm: () => unknown;
  onClose: () => void;
}) {
  const [refused, setRefused] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const confirm = async () => {
    setBusy(true);
    setRefused(null);
    try {
      await props.onConfirm();
      props.onClose();
    } catch (problem) {
      setRefused(messageOf(problem));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={props.onClose} title={props.title}>
      {props.children}
      {refused && (
        <Alert color="red" role="alert" mt="md">
          {refused}
        </Alert>
      )}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={props.onClose}>
          {t.shell.cancel}
        </Button>
        <Button
          color={props.danger ? 'red.8' : undefined}
          loading={busy}
          disabled={props.disabled}
          onClick={() => void confirm()}
        >
          {props.confirm}
        </Button>
      </Group>
    </Modal>
  );
}
