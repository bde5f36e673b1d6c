// Putting people on a list: by key, from a file, by a condition, from a segment; or asking them to confirm.
import { Radio, SegmentedControl, Select, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import { type Adding, addToList, askToConfirm } from '../../api/marketing';
import { useSegments } from '../../api/queries';
import { useMay } from '../../api/session';
import type { AskedToConfirm, ListDetails } from '../../api/wire';
import { DropFile } from '../../components/DropFile';
import { FormDialog } from '../../components/FormDialog';
import { keysIn, keysOfFile } from '../../components/keys';
import { done } from '../../components/notify';
import { t } from '../../texts';

const WAYS = ['keys', 'file', 'where', 'segment'] as const;
type Way = (typeof WAYS)[number];

export function Add({ list, onClose }: { list: ListDetails; onClose: () => void }) {
  const [way, setWay] = useState<Way>('keys');
  const [text, setText] = useState('');
  const [file, setFile] = useState<{ name: string; keys: string[] } | null>(null);
  const [where, setWhere] = useState('');
  const [segment, setSegment] = useState<string | null>(null);
  const [agreed, setAgreed] = useState<'ask' | 'confirmed'>('ask');
  const { data: segments } = useSegments();
  const mayQuery = useMay('add_list_members_where');
  const mayAsk = useMay('ask_list_members');
  const ways = WAYS.filter((one) => mayQuery || one === 'keys' || one === 'file');
  const keys = way === 'keys' ? keysIn(text) : way === 'file' ? (file?.keys ?? []) : [];
  const byKeys = way === 'keys' || way === 'file';
  const asks = list.double_opt_in && byKeys && mayAsk && agreed === 'ask';
  const needsWord = list.double_opt_in && !asks && agreed !== 'confirmed';
  const confirmed = agreed === 'confirmed';
  const adding: Adding | null = byKeys
    ? keys.length
      ? { way: 'keys', keys, confirmed }
      : null
    : way === 'where'
      ? where.trim()
        ? { way, where, confirmed }
        : null
      : segment
        ? { way, segment: Number(segment), confirmed }
        : null;

  const submit = async () => {
    if (!adding) return;
    if (asks) done(told(await askToConfirm(list.id, keys)));
    else {
      const receipt = await addToList(list.id, adding);
      const figures = [receipt.accepted, receipt.duplicates, receipt.unknown.length] as const;
      done(t.list.added(t.number(figures[0]), t.number(figures[1]), t.number(figures[2])));
    }
    onClose();
  };
  return (
    <FormDialog
      title={t.list.addPeople}
      size="lg"
      submit={
        <>
          {asks ? t.list.ask : t.list.add} {keys.length > 0 && `(${t.number(keys.length)})`}
        </>
      }
      disabled={!adding || needsWord}
      onSubmit={submit}
      onClose={onClose}
    >
      <SegmentedControl
        fullWidth
        className="wrap-control"
        withItemsBorders={false}
        aria-label={t.list.how}
        data={ways.map((value) => ({ value, label: t.list.ways[value] }))}
        value={way}
        onChange={(next) => setWay(next as Way)}
      />
      {way === 'keys' && (
        <Textarea
          label={t.list.keys}
          description={t.list.keysHelp}
          data-autofocus
          autosize
          minRows={4}
          maxRows={12}
          classNames={{ input: 'code' }}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      )}
      {way === 'file' && (
        <DropFile
          accept=".csv,.txt,.tsv"
          help={t.list.file}
          onFile={(given) =>
            void given
              .text()
              .then((read) => setFile({ name: given.name, keys: keysOfFile(given.name, read) }))
          }
        >
          {file && (
            <p className="flush strong">{t.definition.fileKeys(t.number(file.keys.length), file.name)}</p>
          )}
        </DropFile>
      )}
      {way === 'where' && (
        <Textarea
          label={t.list.where}
          description={t.list.whereHelp}
          placeholder={t.create.textPlaceholder}
          autosize
          minRows={3}
          classNames={{ input: 'code' }}
          value={where}
          onChange={(event) => setWhere(event.currentTarget.value)}
        />
      )}
      {way === 'segment' && (
        <Select
          label={t.list.segment}
          description={t.list.segmentHelp}
          searchable
          data={(segments ?? [])
            .filter((one) => one.audience === list.audience && one.size !== null)
            .map((one) => ({ value: one.id, label: `${one.name} (${t.number(one.size ?? 0)})` }))}
          value={segment}
          onChange={setSegment}
        />
      )}
      {list.double_opt_in && (
        <Radio.Group
          label={t.list.consentTitle}
          description={byKeys && mayAsk ? undefined : t.list.askOnlyKeys}
          value={byKeys && mayAsk ? agreed : agreed === 'confirmed' ? agreed : ''}
          onChange={(next) => setAgreed(next as typeof agreed)}
        >
          <Stack gap="xs" mt="xs">
            {byKeys && mayAsk && <Radio value="ask" label={t.list.ask} description={t.list.askHelp} />}
            <Radio value="confirmed" label={t.list.confirmed} description={t.list.confirmedHelp} />
          </Stack>
        </Radio.Group>
      )}
    </FormDialog>
  );
}

function told(asked: AskedToConfirm): string {
  const rest: [number, (count: string) => string][] = [
    [asked.waiting, t.list.askedRest.waiting],
    [asked.on_list, t.list.askedRest.on_list],
    [asked.no_address, t.list.askedRest.no_address],
    [asked.do_not_email, t.list.askedRest.do_not_email],
    [asked.unknown.length, t.list.askedRest.unknown],
  ];
  return t.list.asked(
    t.number(asked.asked),
    rest.filter(([count]) => count > 0).map(([count, say]) => say(t.number(count))),
  );
}
