// A contact's personal link to a center, and making links stale.
import { Alert, Button, CopyButton, Group, Modal, Radio, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { type Center, endLinks, personalLink } from '../../api/marketing';
import { ContactField } from '../../components/ContactField';
import { done } from '../../components/notify';
import { messageOf } from '../../components/states';
import { t } from '../../texts';

export function PersonalLink({ center, onClose }: { center: Center; onClose: () => void }) {
  const [key, setKey] = useState('');
  const [url, setUrl] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      setUrl(await personalLink(center.id, key.trim()));
    } catch (problem) {
      setUrl(null);
      setError(messageOf(problem));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t.centers.linkTitle}
      closeButtonProps={{ 'aria-label': t.shell.close }}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <p className="muted flush">{t.centers.linkHelp}</p>
          {center.status === 'draft' && <Alert color="satsuma">{t.centers.linkDraft}</Alert>}
          <ContactField
            label={t.centers.linkKey}
            description={t.centers.linkKeyHelp}
            value={key}
            error={error}
            onChange={(next) => {
              setKey(next);
              setUrl(null);
            }}
          />
          {url === null ? (
            <Button type="submit" loading={busy} disabled={!key.trim()}>
              {t.centers.linkMake}
            </Button>
          ) : (
            <>
              <code className="secret" data-testid="personal-link">
                {url}
              </code>
              <CopyButton value={url}>
                {({ copied, copy }) => (
                  <Button data-autofocus onClick={copy}>
                    {copied ? t.shell.copied : t.shell.copy}
                  </Button>
                )}
              </CopyButton>
            </>
          )}
        </Stack>
      </form>
    </Modal>
  );
}

export function EndLinks({ onClose }: { onClose: () => void }) {
  const [whose, setWhose] = useState<'one' | 'all'>('one');
  const [key, setKey] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await endLinks(whose === 'all' ? null : key.trim());
      done(t.centers.ended);
      onClose();
    } catch (problem) {
      setError(messageOf(problem));
      setBusy(false);
    }
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t.centers.endTitle}
      closeButtonProps={{ 'aria-label': t.shell.close }}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <p className="muted flush">{t.centers.endHelp}</p>
          <Radio.Group
            label={t.centers.endWhose}
            value={whose}
            onChange={(next) => setWhose(next as typeof whose)}
          >
            <Stack gap="xs" mt="xs">
              <Radio value="one" label={t.centers.endOne} />
              <Radio value="all" label={t.centers.endAll} />
            </Stack>
          </Radio.Group>
          {whose === 'one' && (
            <ContactField label={t.centers.linkKey} value={key} error={error} onChange={setKey} />
          )}
          {whose === 'all' && error && (
            <p className="problem" role="alert">
              {error}
            </p>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t.shell.cancel}
            </Button>
            <Button type="submit" color="red.8" loading={busy} disabled={whose === 'one' && !key.trim()}>
              {t.centers.endLinks}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
