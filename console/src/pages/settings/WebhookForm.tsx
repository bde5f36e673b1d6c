// A webhook made or changed; the secret of a new one is shown once.
import { Alert, Checkbox, Group, Modal, MultiSelect, Radio, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { changeWebhook, createWebhook } from '../../api/marketing';
import { useSegments } from '../../api/queries';
import type { Webhook } from '../../api/wire';
import { FormDialog } from '../../components/FormDialog';
import { done } from '../../components/notify';
import { Secret } from '../../components/Secret';
import { t } from '../../texts';

const CHANGES = ['entered', 'left'] as const;

export function WebhookForm({ webhook, onClose }: { webhook?: Webhook; onClose: () => void }) {
  const { data: segments } = useSegments();
  const [url, setUrl] = useState(webhook?.url ?? '');
  const [name, setName] = useState(webhook?.name ?? '');
  const [whose, setWhose] = useState<'all' | 'some'>(webhook?.segment_ids ? 'some' : 'all');
  const [chosen, setChosen] = useState<string[]>((webhook?.segment_ids ?? []).map(String));
  const [changes, setChanges] = useState<string[]>(webhook?.changes ?? [...CHANGES]);
  const [secret, setSecret] = useState<string | null>(null);
  const save = async () => {
    const body = {
      url: url.trim(),
      name: name.trim() || null,
      segment_ids: whose === 'all' ? null : chosen.map(Number),
      changes: CHANGES.filter((one) => changes.includes(one)),
    };
    if (webhook) {
      await changeWebhook(webhook.id, body);
      done(t.webhooks.saved);
      onClose();
    } else setSecret((await createWebhook(body)).secret);
  };
  const isWhole = url.trim() && changes.length > 0 && (whose === 'all' || chosen.length > 0);
  const title = webhook ? t.webhooks.edit : t.webhooks.create;
  if (secret !== null)
    return (
      <Modal opened onClose={onClose} title={title} closeOnClickOutside={false}>
        <Stack gap="md">
          <Alert color="leaf">
            {t.webhooks.made} {t.webhooks.madeHelp}
          </Alert>
          <Secret value={secret} testId="webhook-secret" onDone={onClose} />
        </Stack>
      </Modal>
    );
  return (
    <FormDialog
      title={title}
      submit={webhook ? t.webhooks.save : t.webhooks.create}
      disabled={!isWhole}
      onSubmit={save}
      onClose={onClose}
    >
      <TextInput
        label={t.webhooks.url}
        placeholder={t.webhooks.urlExample}
        data-autofocus
        value={url}
        onChange={(event) => setUrl(event.currentTarget.value)}
      />
      <TextInput
        label={t.webhooks.name}
        description={t.webhooks.nameHelp}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Radio.Group
        label={t.webhooks.segments}
        value={whose}
        onChange={(next) => setWhose(next as typeof whose)}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="all" label={t.webhooks.segmentsAll} />
          <Radio value="some" label={t.webhooks.segmentsSome} />
        </Stack>
      </Radio.Group>
      {whose === 'some' && (
        <MultiSelect
          aria-label={t.webhooks.segmentsChoose}
          placeholder={t.webhooks.segmentsChoose}
          searchable
          data={(segments ?? []).map((one) => ({ value: one.id, label: one.name }))}
          value={chosen}
          onChange={setChosen}
        />
      )}
      <Checkbox.Group label={t.webhooks.changes} value={changes} onChange={setChanges}>
        <Group mt="xs">
          {CHANGES.map((one) => (
            <Checkbox key={one} value={one} label={t.webhooks[one]} />
          ))}
        </Group>
      </Checkbox.Group>
    </FormDialog>
  );
}
