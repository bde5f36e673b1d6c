// A static segment: people put in by key, from a file, or by a condition that is asked once.
import { Button, FileButton, Group, Textarea } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { type DragEvent, useState } from 'react';
import { addWhere, changeStatic, refreshSegments } from '../../api/actions';
import type { SegmentDetail } from '../../api/types';
import { keysIn, keysOfFile } from '../../components/keys';
import { done, failed } from '../../components/notify';
import { t } from '../../texts';

export default function Static({ detail }: { detail: SegmentDetail }) {
  const [text, setText] = useState('');
  const [condition, setCondition] = useState('');
  const [file, setFile] = useState<{ name: string; keys: string[] } | null>(null);
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const keys = keysIn(text);

  const change = async (what: 'add' | 'remove', chosen: string[]) => {
    setBusy(true);
    try {
      const receipt = await changeStatic(detail.id, what, chosen);
      done(
        [
          what === 'add'
            ? t.definition.added(t.number(receipt.changed))
            : t.definition.removed(t.number(receipt.changed)),
          receipt.unknown > 0 ? t.definition.unknown(t.number(receipt.unknown)) : '',
        ]
          .filter(Boolean)
          .join(', '),
      );
      setText('');
      setFile(null);
    } catch (error) {
      failed(error);
    } finally {
      setBusy(false);
      void refreshSegments(detail.id);
    }
  };
  const fromCondition = async () => {
    setBusy(true);
    try {
      const receipt = await addWhere(detail.id, condition);
      done(t.definition.added(t.number(receipt.changed)));
      setCondition('');
    } catch (error) {
      failed(error);
    } finally {
      setBusy(false);
      void refreshSegments(detail.id);
    }
  };
  const take = async (given: File | null) => {
    if (given) setFile({ name: given.name, keys: keysOfFile(given.name, await given.text()) });
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0] ?? null);
  };
  return (
    <div className="two">
      <section className="card panel">
        <h2>{t.definition.static}</h2>
        <p className="muted flush">{t.definition.staticHelp}</p>
        <Textarea
          mt="md"
          label={t.definition.paste}
          placeholder={t.definition.pastePlaceholder}
          autosize
          minRows={4}
          maxRows={14}
          classNames={{ input: 'code' }}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Group mt="sm">
          <Button disabled={keys.length === 0} loading={busy} onClick={() => void change('add', keys)}>
            {t.definition.add} {keys.length > 0 && t.number(keys.length)}
          </Button>
          <Button variant="default" disabled={keys.length === 0} onClick={() => void change('remove', keys)}>
            {t.definition.remove}
          </Button>
        </Group>
      </section>
      <div className="stack">
        <section className="card panel">
          <h2>{t.definition.upload}</h2>
          {/* biome-ignore lint/a11y/noStaticElementInteractions: the button inside does the same by keyboard */}
          <div
            className="dropzone"
            data-over={over || undefined}
            onDragOver={(event) => {
              event.preventDefault();
              setOver(true);
            }}
            onDragLeave={() => setOver(false)}
            onDrop={onDrop}
          >
            {file ? (
              <>
                <p className="flush">{t.definition.fileKeys(t.number(file.keys.length), file.name)}</p>
                <Button loading={busy} onClick={() => void change('add', file.keys)}>
                  {t.definition.add} {t.number(file.keys.length)}
                </Button>
              </>
            ) : (
              <>
                <IconUpload size={26} stroke={1.5} aria-hidden />
                <p className="flush">
                  <FileButton
                    accept=".csv,.txt,.tsv"
                    onChange={(given) => void take(given)}
                    inputProps={{ 'aria-label': t.definition.choose }}
                  >
                    {(props) => (
                      <Button size="xs" variant="default" {...props}>
                        {t.definition.choose}
                      </Button>
                    )}
                  </FileButton>{' '}
                  {t.definition.drop}
                </p>
                <p className="muted flush">{t.definition.uploadHelp}</p>
              </>
            )}
          </div>
        </section>
        <section className="card panel">
          <h2>{t.definition.addFrom}</h2>
          <Textarea
            aria-label={t.definition.addFrom}
            description={t.definition.addFromHelp}
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
            onClick={() => void fromCondition()}
          >
            {t.definition.add}
          </Button>
        </section>
      </div>
    </div>
  );
}
