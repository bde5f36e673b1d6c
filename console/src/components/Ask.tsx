// A question before something that cannot be undone.
import { Button, Group, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { t } from '../texts';

export function Ask(props: {
  title: string;
  children: ReactNode;
  confirm: string;
  danger?: boolean;
  busy?: boolean;
  disabled?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}) {
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={props.title}
      closeButtonProps={{ 'aria-label': t.shell.close }}
    >
      {props.children}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={props.onClose}>
          {t.shell.cancel}
        </Button>
        <Button
          color={props.danger ? 'red.8' : undefined}
          loading={props.busy}
          disabled={props.disabled}
          onClick={props.onConfirm}
        >
          {props.confirm}
        </Button>
      </Group>
    </Modal>
  );
}
