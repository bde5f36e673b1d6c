// A static segment: people picked by search, put in by key, from a file, from a segment, or by a condition asked once.
import { Button, Group, SegmentedControl, Select, Textarea } from '@mantine/core';
import { useState } from 'react';
import { addWhere, changeStatic, refreshSegments } from '../../api/actions';
import { useSegments } from '../../api/queries';
import type { SegmentDetail } from '../../api/types';
import type { Condition } from '../../builder/model';
import { DropFile } from '../../components/DropFile';
import { keysIn, keysOfFile } from '../../components/keys';
import { done, failed } from '../../components/notify';
import { t } from '../../texts';
import { Pick } from './Pick';

type Receipt = { changed: number; unknown: number };
type Act = (work: () => Promise<Receipt>, what?: 'add' | 'remove') => Promise<boolean>;

export default function Static({ detail }: { detail: SegmentDetail }) {
  const [way, setWay] = useState<Way>('pick');
  const [busy, setBusy] = useState(false);
  const act: Act = async (work, what = 'add') => {
    setBusy(true);
    try {
      const { changed, unknown } = await work();
      const told = what === 'add' ? t.definition.added : t.definition.removed;
      done(
        [told(t.number(changed)), unknown > 0 && t.definition.unknown(t.number(unknown))]
          .filter(Boolean)
          .join(', '),
      );
      return true;
    } catch (error) {
      failed(error);
      return false;
    } finally {
      setBusy(false);
      void refreshSegments(detail.id);
    }
  };
  const parts = { detail, busy, act };
  return (
    <>
      <p className="muted">{t.definition.staticHelp}</p>
      <SegmentedControl
        mb="md"
        className="wrap-control"
        withItemsBorders={false}
        aria-label={t.list.how}
        data={WAYS.map((value) => ({ value, label: t.definition.ways[value] }))}
        value={way}
        onChange={(next) => setWay(next as Way)}
      />
      {way === 'pick' && (
        <Pick
          audience={detail.audience}
          busy={busy}
          onAdd={(keys) => act(() => changeStatic(detail.id, 'add', keys))}
        />
      )}
      {way === 'keys' && <ByKey {...parts} />}
      {way === 'file' && <FromFile {...parts} />}
      {way === 'others' && <FromOthers {...parts} />}
    </>
  );
}

const WAYS = ['pick', 'keys', 'file', 'others'] as const;
type Way = (typeof WAYS)[number];

type Part = { detail: SegmentDetail; busy: boolean; act: Act };

function ByKey({ detail, busy, act }: Part) {
  const [text, setText] = useState('');
  const keys = keysIn(text);
  const change = async (what: 'add' | 'remove') => {
    if (await act(() => changeStatic(detail.id, what, keys), what)) setText('');
  };
  return (
    <section className="card panel way-in">
      <Textarea
        label={t.definition.paste}
        placeholder={t.definition.pastePlaceholder}
        autosize
        minRows={5}
        maxRows={14}
        classNames={{ input: 'code' }}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group mt="sm">
        <Button disabled={keys.length === 0} loading={busy} onClick={() => void change('add')}>
          {t.definition.add} {keys.length > 0 && t.number(keys.length)}
        </Button>
        <Button variant="default" disabled={keys.length === 0} onClick={() => void change('remove')}>
          {t.definition.remove}
        </Button>
      </Group>
    </section>
  );
}

function FromFile({ detail, busy, act }: Part) {
  const [file, setFile] = useState<{ name: string; keys: string[] } | null>(null);
  const read = async (given: File) =>
    setFile({ name: given.name, keys: keysOfFile(given.name, await given.text()) });
  const add = async (keys: string[]) => {
    if (await act(() => changeStatic(detail.id, 'add', keys))) setFile(null);
  };
  return (
    <section className="card panel way-in">
      <DropFile accept=".csv,.txt,.tsv" help={t.definition.uploadHelp} onFile={(given) => void read(given)}>
        {file && (
          <>
            <p className="flush strong">{t.definition.fileKeys(t.number(file.keys.length), file.name)}</p>
            <Button loading={busy} onClick={() => void add(file.keys)}>
              {t.definition.add} {t.number(file.keys.length)}
            </Button>
          </>
        )}
      </DropFile>
    </section>
  );
}

function FromOthers({ detail, busy, act }: Part) {
  const { data: segments } = useSegments();
  const [segment, setSegment] = useState<string | null>(null);
  const [condition, setCondition] = useState('');
  const add = async (where: string | Condition, clear: () => void) => {
    if (await act(() => addWhere(detail.id, where))) clear();
  };
  const others = (segments ?? []).filter(
    (one) => one.id !== detail.id && one.audience === detail.audience && one.size !== null,
  );
  return (
    <section className="card panel way-in">
      <p className="muted flush">{t.definition.addFromHelp}</p>
      <Select
        mt="md"
        label={t.definition.addSegment}
        placeholder={t.sets.choose}
        searchable
        data={others.map((one) => ({ value: one.name, label: `${one.name} (${t.number(one.size ?? 0)})` }))}
        value={segment}
        onChange={setSegment}
      />
      <Button
        mt="sm"
        variant="default"
        loading={busy}
        disabled={!segment}
        onClick={() => segment && void add({ segment }, () => setSegment(null))}
      >
        {t.definition.addTheirs}
      </Button>
      <Textarea
        mt="lg"
        label={t.definition.addWhere}
        placeholder={t.create.textPlaceholder}
        autosize
        minRows={2}
        classNames={{ input: 'code' }}
        value={condition}
        onChange={(event) => setCondition(event.currentTarget.value)}
      />
      <Button
        mt="sm"
        variant="default"
        loading={busy}
        disabled={!condition.trim()}
        onClick={() => void add(condition, () => setCondition(''))}
      >
        {t.definition.addTheirs}
      </Button>
    </section>
  );
}
