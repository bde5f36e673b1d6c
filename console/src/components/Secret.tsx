// Something that is shown once, or to be handed on: a key, a secret, a link. Copied with one press.
import { Button, CopyButton, Group } from '@mantine/core';
import { t } from '../texts';

export function Secret({ value, testId, onDone }: { value: string; testId?: string; onDone?: () => void }) {
  return (
    <>
      <code className="secret" data-testid={testId}>
        {value}
      </code>
      <Group>
        <CopyButton value={value}>
          {({ copied, copy }) => (
            <Button data-autofocus onClick={copy}>
              {copied ? t.shell.copied : t.shell.copy}
            </Button>
          )}
        </CopyButton>
        {onDone && (
          <Button variant="default" onClick={onDone}>
            {t.webhooks.done}
          </Button>
        )}
      </Group>
    </>
  );
}
