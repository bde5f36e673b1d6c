// Making a segment: by conditions, as text, by hand, from others, from a template, as a copy.
import {
  Button,
  Group,
  Modal,
  NumberInput,
  Select,
  Stack,
  Textarea,
  TextInput,
  UnstyledButton,
} from '@mantine/core';
import {
  IconArrowsJoin,
  IconCopy,
  IconListDetails,
  IconTemplate,
  IconTextCaption,
  IconUserPlus,
} from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { createSegment, duplicateSegment, fromTemplate, refreshSegments } from '../../api/actions';
import { useCatalog, useTemplates } from '../../api/queries';
import { useMay } from '../../api/session';
import type { SegmentRow } from '../../api/types';
import { messageOf } from '../../components/states';
import { t } from '../../texts';

const WAYS = [
  ['dynamic', IconListDetails],
  ['text', IconTextCaption],
  ['static', IconUserPlus],
  ['compound', IconArrowsJoin],
  ['template', IconTemplate],
  ['duplicate', IconCopy],
] as const;
type Way = (typeof WAYS)[number][0];

export default function Create({ segments, onClose }: { segments: SegmentRow[]; onClose: () => void }) {
  const [way, setWay] = useState<Way | null>(null);
  // Who may not change definitions makes segments by hand.
  const mayDefine = useMay('change_segment');
  return (
    <Modal opened onClose={onClose} size="lg" title={t.create.title}>
      {way === null ? (
        <>
          <p className="muted">{t.create.how}</p>
          <div className="ways">
            {WAYS.filter(([key]) => mayDefine || key === 'static').map(([key, Icon]) => (
              <UnstyledButton key={key} className="way" onClick={() => setWay(key)}>
                <Icon size={22} stroke={1.6} aria-hidden />
                <span>
                  <strong>{t.create.ways[key]?.[0]}</strong>
                  <span className="muted">{t.create.ways[key]?.[1]}</span>
                </span>
              </UnstyledButton>
            ))}
          </div>
        </>
      ) : (
        <Form way={way} segments={segments} onBack={() => setWay(null)} onClose={onClose} />
      )}
    </Modal>
  );
}

function Form(props: { way: Way; segments: SegmentRow[]; onBack: () => void; onClose: () => void }) {
  const { way } = props;
  const navigate = useNavigate();
  const { data: catalog } = useCatalog();
  const { data: templates } = useTemplates(way === 'template');
  const audiences = (catalog?.entities ?? [])
    .filter((entity) => entity.audience)
    .map((entity) => entity.name);
  const [name, setName] = useState('');
  const [audience, setAudience] = useState<string | null>(null);
  const [text, setText] = useState('');
  const [source, setSource] = useState<string | null>(null);
  const [template, setTemplate] = useState<string | null>(null);
  const [blanks, setBlanks] = useState<Record<string, string | number>>({});
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const chosen = templates?.find((one) => one.name === template);

  const make = () => {
    const about = { name: name.trim(), audience: audience ?? audiences[0] };
    switch (way) {
      case 'dynamic':
        return createSegment({ ...about, kind: 'dynamic', where: { all: [] } });
      case 'compound':
        return createSegment({ ...about, kind: 'compound', where: { all: [] } });
      case 'static':
        return createSegment({ ...about, kind: 'static' });
      case 'text':
        return createSegment({ ...about, kind: 'dynamic', text });
      case 'duplicate':
        return duplicateSegment(source ?? '', name.trim());
      case 'template':
        return fromTemplate(template ?? '', name.trim(), blanks);
    }
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const id = await make();
      refreshSegments();
      props.onClose();
      await navigate({ to: '/segments/$id', params: { id }, search: { tab: 'definition' } });
    } catch (problem) {
      setError(messageOf(problem));
    } finally {
      setBusy(false);
    }
  };
  const ready =
    name.trim() !== '' &&
    (way !== 'duplicate' || source) &&
    (way !== 'template' || chosen) &&
    (way !== 'text' || text.trim());
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <p className="muted flush">{t.create.ways[way]?.[1]}</p>
        <TextInput
          label={t.create.name}
          description={t.create.nameHelp}
          data-autofocus
          autoFocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={error && way !== 'text' ? error : undefined}
        />
        {audiences.length > 1 && way !== 'duplicate' && (
          <Select
            label={t.create.audience}
            data={audiences}
            value={audience ?? audiences[0] ?? null}
            onChange={setAudience}
          />
        )}
        {way === 'text' && (
          <Textarea
            label={t.create.text}
            placeholder={t.create.textPlaceholder}
            autosize
            minRows={3}
            classNames={{ input: 'code' }}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            error={error ?? undefined}
          />
        )}
        {way === 'duplicate' && (
          <Select
            label={t.create.source}
            searchable
            data={props.segments.map((row) => ({ value: row.id, label: row.name }))}
            value={source}
            onChange={setSource}
          />
        )}
        {way === 'template' && (
          <Select
            label={t.create.template}
            placeholder={t.create.chooseTemplate}
            searchable
            data={(templates ?? []).map((one) => one.name)}
            value={template}
            onChange={(next) => {
              setTemplate(next);
              setBlanks({});
              if (next && !name) setName(next);
            }}
          />
        )}
        {chosen && (
          <>
            {chosen.about && <p className="muted flush">{chosen.about}</p>}
            {chosen.blanks.map((blank) =>
              blank.kind === 'number' ? (
                <NumberInput
                  key={blank.name}
                  label={blank.help}
                  value={blanks[blank.name] ?? blank.default ?? ''}
                  onChange={(value) => setBlanks({ ...blanks, [blank.name]: value })}
                />
              ) : (
                <TextInput
                  key={blank.name}
                  label={blank.help}
                  value={blanks[blank.name] ?? blank.default ?? ''}
                  onChange={(event) => setBlanks({ ...blanks, [blank.name]: event.currentTarget.value })}
                />
              ),
            )}
          </>
        )}
        <Group justify="space-between">
          <Button variant="subtle" color="gray" onClick={props.onBack}>
            {t.create.back}
          </Button>
          <Button type="submit" loading={busy} disabled={!ready}>
            {t.create.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
