// What a list is: its name, what it is for, whether people confirm; and deleting it.
import { Button, Group, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { changeList, deleteList } from '../../api/marketing';
import type { ListDetails } from '../../api/wire';
import { Ask } from '../../components/Ask';
import { done } from '../../components/notify';
import { messageOf } from '../../components/states';
import { t } from '../../texts';

export function Settings({ list }: { list: ListDetails }) {
  const navigate = useNavigate();
  const [name, setName] = useState(list.name);
  const [description, setDescription] = useState(list.description ?? '');
  const [confirmed, setConfirmed] = useState(list.double_opt_in);
  const [error, setError] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const changed =
    name.trim() !== list.name ||
    description.trim() !== (list.description ?? '') ||
    confirmed !== list.double_opt_in;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await changeList(list.id, {
        name: name.trim(),
        description: description.trim() || null,
        ...(list.is_subscription && { double_opt_in: confirmed }),
      });
      done(t.list.saved);
    } catch (problem) {
      setError(messageOf(problem));
    } finally {
      setBusy(false);
    }
  };
  const remove = async () => {
    await deleteList(list.id);
    done(t.list.deleted(list.name));
    await navigate({ to: '/lists' });
  };
  return (
    <form className="card panel l-settings" onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          label={t.lists.name}
          value={name}
          error={error}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Textarea
          label={t.lists.description}
          description={t.lists.descriptionHelp}
          autosize
          minRows={2}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        {list.is_subscription && (
          <Switch
            label={t.lists.doubleOptIn}
            description={t.lists.doubleOptInHelp}
            checked={confirmed}
            onChange={(event) => setConfirmed(event.currentTarget.checked)}
          />
        )}
        <Group justify="space-between">
          <Button type="submit" loading={busy} disabled={!changed || !name.trim()}>
            {t.list.save}
          </Button>
          <Button variant="default" leftSection={<IconTrash size={16} />} onClick={() => setAsking(true)}>
            {t.list.delete}
          </Button>
        </Group>
      </Stack>
      {asking && (
        <Ask
          title={t.list.deleteTitle(list.name)}
          confirm={t.list.delete}
          danger
          disabled={list.used_by.length > 0}
          onConfirm={remove}
          onClose={() => setAsking(false)}
        >
          {list.used_by.length > 0 ? (
            <>
              <p className="flush">{t.list.deleteUsed}</p>
              <ul>
                {list.used_by.map((one) => (
                  <li key={one}>{one}</li>
                ))}
              </ul>
            </>
          ) : (
            t.list.deleteHelp
          )}
        </Ask>
      )}
    </form>
  );
}
