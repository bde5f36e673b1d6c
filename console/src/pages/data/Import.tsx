// Bringing a file in: dropped, previewed with what would be taken and refused, run with progress, undone.
import { Alert, Autocomplete, Button, FileButton, Group, Progress, Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type DragEvent, useRef, useState } from 'react';
import { type ImportBody, planImport, refreshData, runImport, undoImport, upload } from '../../api/actions';
import { useCatalog, useImports } from '../../api/queries';
import type { Import as Imported, Plan } from '../../api/wire';
import { Ask } from '../../components/Ask';
import { type ColumnSeen, columnsOf } from '../../components/keys';
import { done, failed } from '../../components/notify';
import { Loading, messageOf } from '../../components/states';
import { When } from '../../components/When';
import { t } from '../../texts';

type Uploaded = { id: string; name: string; columns: ColumnSeen[] };

const READ_BYTES = 65_536;

export default function Import() {
  const [file, setFile] = useState<Uploaded | null>(null);
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const take = async (given: File | null) => {
    if (!given) return;
    setBusy(true);
    try {
      // Of text, the columns are there before the server has looked, and also where it finds no key.
      const beginning = await given.slice(0, READ_BYTES).text();
      setFile({ id: await upload(given), name: given.name, columns: columnsOf(given.name, beginning) });
    } catch (error) {
      failed(error);
    } finally {
      setBusy(false);
    }
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0] ?? null);
  };
  return (
    <div className="stack">
      {file ? (
        <Mapping file={file} onOver={() => setFile(null)} />
      ) : (
        // biome-ignore lint/a11y/noStaticElementInteractions: the button inside does the same by keyboard
        <div
          className="dropzone dropzone-large card"
          data-over={over || undefined}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={onDrop}
        >
          <span className="state-icon" aria-hidden>
            <IconUpload size={28} stroke={1.6} />
          </span>
          <h2>{t.data.drop}</h2>
          <p className="muted flush">{t.data.dropHelp}</p>
          <FileButton
            accept=".csv,.jsonl,.ndjson,.parquet,.tsv"
            onChange={(given) => void take(given)}
            inputProps={{ 'aria-label': t.data.choose }}
          >
            {(props) => (
              <Button {...props} loading={busy}>
                {t.data.choose}
              </Button>
            )}
          </FileButton>
        </div>
      )}
      <Earlier />
    </div>
  );
}

const NEW = ' new';
/** Why a row is refused that has a value of no attribute. */
const UNKNOWN = 'attribute.unknown';

function Mapping({ file, onOver }: { file: Uploaded; onOver: () => void }) {
  const { data: catalog } = useCatalog();
  const [into, setInto] = useState<string | null>(null);
  const [name, setName] = useState('');
  const [key, setKey] = useState('');
  const [map, setMap] = useState<Record<string, string>>({});
  const [ignored, setIgnored] = useState<string[]>([]);
  const [progress, setProgress] = useState<number | null>(null);
  const chosen = into ?? 'entity contact';
  const isInteraction = chosen.startsWith('interaction ');
  const target = chosen === NEW ? name.trim() : chosen.replace(/^\w+ /, '');
  const [settledKey] = useDebouncedValue(key.trim(), 250);
  const body: ImportBody = {
    upload_ids: [file.id],
    ...(isInteraction ? { interaction_type: target } : { entity: target }),
    options: {
      ...(settledKey ? (isInteraction ? { member: settledKey } : { key: settledKey }) : {}),
      ...(Object.keys(map).length ? { map } : {}),
      ...(ignored.length ? { ignore: ignored } : {}),
    },
  };
  const {
    data: plan,
    error,
    isFetching,
  } = useQuery({
    queryKey: ['plan', JSON.stringify(body)],
    queryFn: ({ signal }) => planImport(body, signal),
    enabled: target !== '',
    retry: false,
    gcTime: 0,
    placeholderData: (before) => before,
  });
  const known =
    catalog?.entities.find((one) => one.name === target) ??
    catalog?.interactions.find((one) => one.name === target);
  const run = async () => {
    setProgress(0);
    try {
      const job = await runImport(body, (p) => setProgress(p.progress));
      done(t.data.imported(t.number(Number(job.result?.accepted ?? 0))));
      await refreshData();
      onOver();
    } catch (problem) {
      failed(problem);
      setProgress(null);
    }
  };
  const seen = useRef(file.columns);
  if (plan && plan.columns.length > 0) seen.current = plan.columns;
  const columns = seen.current;
  // Columns that no attribute takes, nor anything new that is learned of this file.
  const attributes = known?.attributes.map((one) => one.name) ?? [];
  const isStrict = (plan?.refused ?? []).some((one) => one.code === UNKNOWN);
  const isTold = (column: string) =>
    (plan?.refused ?? []).some((one) =>
      one.examples.some((each) => each.message.startsWith(`${column}: found`)),
    );
  const isOfItsOwn = (column: string) => (isInteraction ? isTold(column) : column !== (settledKey || 'id'));
  const strange = (isStrict ? columns : [])
    .map((one) => one.name)
    .filter((one) => !attributes.includes(one) && !(one in map) && !ignored.includes(one) && isOfItsOwn(one));
  return (
    <section className="card panel" aria-label={file.name}>
      <h2>{file.name}</h2>
      <Group align="flex-end" mb="md">
        <Select
          label={t.data.into}
          data={[
            {
              group: t.data.entities,
              items: (catalog?.entities ?? []).map((one) => ({
                value: `entity ${one.name}`,
                label: one.name,
              })),
            },
            {
              group: t.data.interactions,
              items: (catalog?.interactions ?? []).map((one) => ({
                value: `interaction ${one.name}`,
                label: one.name,
              })),
            },
            { value: NEW, label: t.data.newEntity },
          ]}
          value={chosen}
          searchable
          allowDeselect={false}
          onChange={setInto}
        />
        {chosen === NEW && (
          <TextInput
            label={t.data.newName}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        )}
        <Autocomplete
          label={isInteraction ? t.data.member : t.data.key}
          placeholder={isInteraction ? 'contact' : 'id'}
          data={columns.map((one) => one.name)}
          value={key}
          onChange={setKey}
        />
      </Group>
      {error ? (
        <Alert color="red" role="alert" mb="md">
          {messageOf(error)}
        </Alert>
      ) : !plan ? (
        <Loading rows={4} />
      ) : (
        <>
          <Verdict plan={plan} stale={isFetching} />
          {strange.length > 0 && (
            <div className="notice" role="status">
              <span>{t.data.strange(strange, target)}</span>
              <Button size="xs" variant="default" onClick={() => setIgnored([...ignored, ...strange])}>
                {t.data.ignoreThem}
              </Button>
            </div>
          )}
          <div className="data-scroll">
            <table className="bars">
              <thead>
                <tr>
                  <th scope="col">{t.data.column}</th>
                  <th scope="col">{t.data.firstValues}</th>
                  <th scope="col">{t.data.becomes}</th>
                </tr>
              </thead>
              <tbody>
                {columns.map((column) => (
                  <tr key={column.name}>
                    <th scope="row" className="strong">
                      {column.name}
                    </th>
                    <td className="muted">{column.examples.join(', ')}</td>
                    <td>
                      <Select
                        size="xs"
                        aria-label={`${column.name} ${t.data.becomes}`}
                        searchable
                        allowDeselect={false}
                        value={ignored.includes(column.name) ? '' : (map[column.name] ?? column.name)}
                        data={[
                          {
                            value: column.name,
                            label: strange.includes(column.name)
                              ? t.data.noAttribute(column.name)
                              : column.name,
                          },
                          ...(known?.attributes ?? [])
                            .filter((one) => one.name !== column.name)
                            .map((one) => ({ value: one.name, label: one.name })),
                          { value: '', label: t.data.ignore },
                        ]}
                        onChange={(next) => {
                          const { [column.name]: _before, ...others } = map;
                          setMap(next && next !== column.name ? { ...others, [column.name]: next } : others);
                          setIgnored(
                            next === ''
                              ? [...ignored, column.name]
                              : ignored.filter((one) => one !== column.name),
                          );
                        }}
                      />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
      {progress !== null && (
        <Progress value={Math.max(progress * 100, 4)} animated my="md" aria-label={t.data.running} />
      )}
      <Group mt="md">
        <Button loading={progress !== null} disabled={!plan || !!error} onClick={() => void run()}>
          {t.data.run}
        </Button>
        <Button variant="subtle" color="gray" onClick={onOver}>
          {t.data.startOver}
        </Button>
      </Group>
    </section>
  );
}

function Verdict({ plan, stale }: { plan: Plan; stale: boolean }) {
  const taken = Object.values(plan.taken).reduce((sum, count) => sum + count, 0);
  // What no attribute takes is told by column.
  const refusals = plan.refused.filter((one) => one.code !== UNKNOWN);
  const refused = plan.refused.reduce((sum, one) => sum + one.count, 0);
  return (
    <div className="data-verdict" data-stale={stale || undefined} role="status">
      <p className="flush">
        <strong className="up number">{t.data.accepted(t.number(taken))}</strong>
        {refused > 0 && <strong className="down number">{t.data.refused(t.number(refused))}</strong>}
      </p>
      {plan.learned.length > 0 && (
        <p className="muted flush">
          {t.data.learned}: {plan.learned.join(', ')}
        </p>
      )}
      {refusals.map((one) => (
        <p key={one.code} className="data-refused">
          {t.data.refusedFor(t.number(one.count), one.examples[0]?.message ?? one.code)}
          {one.examples[0] && ` (${t.data.rowAt(t.number(one.examples[0].row + 1))})`}
        </p>
      ))}
    </div>
  );
}

function Earlier() {
  const { data } = useImports();
  const [undoing, setUndoing] = useState<number | null>(null);
  const undo = async (id: number) => {
    await undoImport(id);
    await refreshData();
    done(t.data.undone);
  };
  if (!data) return null;
  return (
    <section className="card panel">
      <h2>{t.data.imports}</h2>
      {data.length === 0 ? (
        <p className="muted flush">{t.data.noImports}</p>
      ) : (
        <div className="data-scroll">
          <table className="bars">
            <thead>
              <tr>
                <th scope="col">{t.data.file}</th>
                <th scope="col">{t.data.target}</th>
                <th scope="col" className="end">
                  {t.data.rowsHead}
                </th>
                <th scope="col">{t.data.state}</th>
                <th scope="col">{t.data.at}</th>
                <th>
                  <span className="visually-hidden">{t.data.undo}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {[...data].reverse().map((one) => (
                <Row key={one.id} row={one} onUndo={() => setUndoing(one.id)} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {undoing !== null && (
        <Ask
          title={t.data.undoTitle}
          confirm={t.data.undo}
          danger
          onConfirm={() => undo(undoing)}
          onClose={() => setUndoing(null)}
        >
          {t.data.undoHelp}
        </Ask>
      )}
    </section>
  );
}

function Row({ row, onUndo }: { row: Imported; onUndo: () => void }) {
  return (
    <tr>
      <th scope="row">{row.files.join(', ')}</th>
      <td>{row.target}</td>
      <td className="end number">{t.number(row.accepted)}</td>
      <td>{t.data.states[row.state] ?? row.state}</td>
      <td className="muted small">
        <When at={row.started_at} />
      </td>
      <td className="end">
        {row.state === 'done' && (
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`${t.data.undo} ${row.files.join(', ')}`}
            onClick={onUndo}
          >
            {t.data.undo}
          </Button>
        )}
      </td>
    </tr>
  );
}
