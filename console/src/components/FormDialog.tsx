// A form in a dialog: what is asked for, the button that sends it, and why it was refused, if it was.
import { Button, Group, Modal, Stack } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { t } from '../texts';
import { messageOf } from './states';

export function FormDialog(props: {
  title: string;
  size?: string;
  /** Of the button. */
  submit: ReactNode;
  danger?: boolean;
  /** Whether something is missing still. */
  disabled?: boolean;
  /** Closes the dialog when it likes; what it throws is shown, and the dialog stays as it is. */
  onSubmit: () => unknown;
  onClose: () => void;
  children: ReactNode;
}) {
  const [refused, setRefused] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setRefused(null);
    try {
      await props.onSubmit();
    } catch (problem) {
      setRefused(messageOf(problem));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={props.onClose} title={props.title} size={props.size}>
      <form onSubmit={submit}>
        <Stack gap="md">
          {props.children}
          {refused && (
            <p className="problem" role="alert">
              {refused}
            </p>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              {t.shell.cancel}
            </Button>
            <Button
              type="submit"
              color={props.danger ? 'red.8' : undefined}
              loading={busy}
              disabled={props.disabled}
            >
              {props.submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
