// What a segment is: its name and what is said about it, dates, tags, exceptions.
import { Button, Group, Stack, TagsInput, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { patchSegment, refreshSegments, type SegmentChange, setOverride } from '../../api/actions';
import { useCatalog } from '../../api/queries';
import type { SegmentDetail } from '../../api/types';
import { May } from '../../components/May';
import { done, failed } from '../../components/notify';
import { Reach } from '../../components/Reach';
import { When } from '../../components/When';
import { t } from '../../texts';

export default function General({ detail }: { detail: SegmentDetail }) {
  return (
    <div className="two">
      <About detail={detail} />
      <div className="stack">
        <Facts detail={detail} />
        <May do="show_reach">
          <ReachOf detail={detail} />
        </May>
        {detail.kind !== 'static' && (
          <May do="override_segment_members">
            <Overrides detail={detail} />
          </May>
        )}
      </div>
    </div>
  );
}

function About({ detail }: { detail: SegmentDetail }) {
  const [edited, setEdited] = useState<SegmentChange>({});
  const [busy, setBusy] = useState(false);
  const value = {
    name: detail.name,
    description: detail.description ?? '',
    tags: detail.tags,
    folder: detail.folder ?? '',
    starts_at: detail.startsAt,
    ends_at: detail.endsAt,
    ...edited,
  };
  const set = (change: SegmentChange) => setEdited({ ...edited, ...change });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await patchSegment(detail.id, edited, detail.etag);
      await refreshSegments(detail.id);
      setEdited({});
      done(t.general.saved);
    } catch (error) {
      failed(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="card panel" onSubmit={submit}>
      <h2>{t.general.about}</h2>
      <Stack gap="md">
        <TextInput
          label={t.general.name}
          required
          withAsterisk={false}
          value={value.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <Textarea
          label={t.general.description}
          description={t.general.descriptionHelp}
          autosize
          minRows={2}
          value={value.description ?? ''}
          onChange={(event) => set({ description: event.currentTarget.value })}
        />
        <TagsInput label={t.general.tags} value={value.tags} onChange={(tags) => set({ tags })} />
        <TextInput
          label={t.general.folder}
          value={value.folder ?? ''}
          onChange={(event) => set({ folder: event.currentTarget.value || null })}
        />
        <Group grow>
          <TextInput
            label={t.general.starts}
            description={t.general.datesHelp}
            type="date"
            value={value.starts_at?.slice(0, 10) ?? ''}
            onChange={(event) => set({ starts_at: event.currentTarget.value || null })}
          />
          <TextInput
            label={t.general.ends}
            description={t.general.datesHelp}
            type="date"
            value={value.ends_at?.slice(0, 10) ?? ''}
            onChange={(event) => set({ ends_at: event.currentTarget.value || null })}
          />
        </Group>
        <May do="change_segment">
          <Group>
            <Button type="submit" loading={busy} disabled={Object.keys(edited).length === 0}>
              {t.general.save}
            </Button>
          </Group>
        </May>
      </Stack>
    </form>
  );
}

function Facts({ detail }: { detail: SegmentDetail }) {
  const { data: catalog } = useCatalog();
  const facts: [string, React.ReactNode][] = [
    [t.general.kind, t.kind[detail.kind]],
    [t.general.basis, detail.basis ? (t.basis[detail.basis] ?? detail.basis) : '–'],
    [t.general.audience, detail.audience],
    [t.general.status, t.status[detail.status as keyof typeof t.status] ?? detail.status],
    ...(detail.reason ? [[t.general.reason, detail.reason] as [string, string]] : []),
    ...(detail.kind === 'static'
      ? []
      : [
          [t.general.timezone, detail.timezone ?? t.general.timezoneDefault(catalog?.timezone ?? 'UTC')] as [
            string,
            string,
          ],
        ]),
    [t.general.owner, detail.owner ?? '–'],
    [t.general.created, <When key="c" at={detail.createdAt} />],
    [t.general.changed, <When key="m" at={detail.changedAt} />],
  ];
  return (
    <section className="card panel">
      <h2>{t.general.facts}</h2>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name} className="fact">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Overrides({ detail }: { detail: SegmentDetail }) {
  const [busy, setBusy] = useState(false);
  const change = async (rule: 'always' | 'never', before: string[], after: string[]) => {
    setBusy(true);
    try {
      const added = after.filter((key) => !before.includes(key));
      const gone = before.filter((key) => !after.includes(key));
      if (added.length) await setOverride(detail.id, added, rule);
      if (gone.length) await setOverride(detail.id, gone, 'none');
      await refreshSegments(detail.id);
      done(t.general.overridesSaved);
    } catch (error) {
      failed(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="card panel">
      <h2>{t.general.overrides}</h2>
      <Stack gap="md">
        <p className="muted flush">{t.general.overridesHelp}</p>
        <TagsInput
          label={t.general.always}
          placeholder={t.general.keys}
          value={detail.always}
          disabled={busy}
          onChange={(keys) => void change('always', detail.always, keys)}
        />
        <TagsInput
          label={t.general.never}
          placeholder={t.general.keys}
          value={detail.never}
          disabled={busy}
          onChange={(keys) => void change('never', detail.never, keys)}
        />
      </Stack>
    </section>
  );
}

/** Of the members, or of those whom a draft would have. */
function ReachOf({ detail }: { detail: SegmentDetail }) {
  const isLive = detail.size !== null;
  const draft = detail.draft ?? detail.definition;
  if (!isLive && !draft) return null;
  return (
    <section className="card panel" aria-label={t.reach.title}>
      <h2>{t.reach.title}</h2>
      <Reach
        of={
          isLive || !draft
            ? { segment: detail.id }
            : { where: draft.condition, audience: detail.audience, timezone: detail.timezone }
        }
      />
    </section>
  );
}
