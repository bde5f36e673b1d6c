// A contact's personal link to a center, and making links stale.
import { Alert, Radio, Stack } from '@mantine/core';
import { useState } from 'react';
import { type Center, endLinks, personalLink } from '../../api/marketing';
import { ContactField } from '../../components/ContactField';
import { FormDialog } from '../../components/FormDialog';
import { done } from '../../components/notify';
import { Secret } from '../../components/Secret';
import { t } from '../../texts';

export function PersonalLink({ center, onClose }: { center: Center; onClose: () => void }) {
  const [key, setKey] = useState('');
  const [url, setUrl] = useState<string | null>(null);
  return (
    <FormDialog
      title={t.centers.linkTitle}
      submit={t.centers.linkMake}
      disabled={!key.trim() || url !== null}
      onSubmit={async () => setUrl(await personalLink(center.id, key.trim()))}
      onClose={onClose}
    >
      <p className="muted flush">{t.centers.linkHelp}</p>
      {center.status === 'draft' && <Alert color="satsuma">{t.centers.linkDraft}</Alert>}
      <ContactField
        label={t.centers.linkKey}
        description={t.centers.linkKeyHelp}
        value={key}
        onChange={(next) => {
          setKey(next);
          setUrl(null);
        }}
      />
      {url !== null && <Secret value={url} testId="personal-link" />}
    </FormDialog>
  );
}

export function EndLinks({ onClose }: { onClose: () => void }) {
  const [whose, setWhose] = useState<'one' | 'all'>('one');
  const [key, setKey] = useState('');
  const submit = async () => {
    await endLinks(whose === 'all' ? null : key.trim());
    done(t.centers.ended);
    onClose();
  };
  return (
    <FormDialog
      title={t.centers.endTitle}
      submit={t.centers.endLinks}
      danger
      disabled={whose === 'one' && !key.trim()}
      onSubmit={submit}
      onClose={onClose}
    >
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
      {whose === 'one' && <ContactField label={t.centers.linkKey} value={key} onChange={setKey} />}
    </FormDialog>
  );
}
