// Noting by hand what somebody has said about consent: what, since when, through what, and what proves it.
import {
  Autocomplete,
  Group,
  Radio,
  SegmentedControl,
  Select,
  Stack,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useState } from 'react';
import { type NewConsent, noteConsent } from '../../api/marketing';
import type { Topics } from '../../api/wire';
import { FormDialog } from '../../components/FormDialog';
import { done } from '../../components/notify';
import { topicName } from '../../components/Reach';
import { t } from '../../texts';

const ABOUTS = ['level', 'topic', 'email'] as const;
type About = (typeof ABOUTS)[number];

export function ChangeConsent(props: { contact: string; topics: Topics; onClose: () => void }) {
  const { contact, topics, onClose } = props;
  const [about, setAbout] = useState<About>('level');
  const [level, setLevel] = useState('marketing');
  const [topic, setTopic] = useState('');
  const [state, setState] = useState<'granted' | 'denied'>('granted');
  const [stop, setStop] = useState<'stop' | 'allow'>('stop');
  const [at, setAt] = useState('');
  const [source, setSource] = useState('');
  const [evidence, setEvidence] = useState('');
  const agrees =
    about === 'level' ? level !== 'none' : about === 'topic' ? state === 'granted' : stop === 'allow';
  const lacksProof = agrees && !evidence.trim();
  const said: NewConsent =
    about === 'level'
      ? { level }
      : about === 'topic'
        ? { states: { [topic.trim()]: state } }
        : { do_not_email: stop === 'stop' };
  const submit = async () => {
    await noteConsent(contact, {
      ...said,
      // Read in the workspace's zone by the server.
      at: at || undefined,
      source: source.trim() || undefined,
      evidence: evidence.trim() || undefined,
    });
    done(t.consent.noted);
    onClose();
  };
  const free = topics.topics.filter((one) => !topics.levels.includes(one) && one !== topics.do_not_email);
  return (
    <FormDialog
      title={t.consent.change}
      submit={t.consent.submit}
      disabled={lacksProof || (about === 'topic' && !topic.trim())}
      onSubmit={submit}
      onClose={onClose}
    >
      <SegmentedControl
        fullWidth
        aria-label={t.consent.about}
        data={ABOUTS.map((value) => ({ value, label: t.consent.abouts[value] }))}
        value={about}
        onChange={(next) => setAbout(next as About)}
      />
      {about === 'level' && (
        <Select
          label={t.consent.level}
          description={t.consent.levelHelp}
          allowDeselect={false}
          data={topics.levels.map((value) => ({ value, label: topicName(value) }))}
          value={level}
          onChange={(next) => next && setLevel(next)}
        />
      )}
      {about === 'topic' && (
        <>
          <Autocomplete
            label={t.consent.topic}
            description={t.consent.topicHelp}
            data={free.concat(topics.levels.slice(1))}
            value={topic}
            onChange={setTopic}
          />
          <Radio.Group
            label={t.consent.state}
            value={state}
            onChange={(next) => setState(next as typeof state)}
          >
            <Group mt="xs">
              <Radio value="granted" label={t.consent.grants} />
              <Radio value="denied" label={t.consent.denies} />
            </Group>
          </Radio.Group>
        </>
      )}
      {about === 'email' && (
        <Radio.Group label={t.consent.state} value={stop} onChange={(next) => setStop(next as typeof stop)}>
          <Stack gap="xs" mt="xs">
            <Radio value="stop" label={t.consent.stop} description={t.consent.mayNotHelp} />
            <Radio value="allow" label={t.consent.allow} />
          </Stack>
        </Radio.Group>
      )}
      <TextInput
        label={t.consent.source}
        placeholder={t.consent.sourceExample}
        value={source}
        onChange={(event) => setSource(event.currentTarget.value)}
      />
      <Textarea
        label={t.consent.evidence}
        description={t.consent.evidenceHelp}
        required={agrees}
        autosize
        minRows={2}
        value={evidence}
        onChange={(event) => setEvidence(event.currentTarget.value)}
      />
      <TextInput
        label={t.consent.at}
        description={t.consent.atHelp}
        type="datetime-local"
        value={at}
        onChange={(event) => setAt(event.currentTarget.value)}
      />
      {lacksProof && <p className="muted small flush">{t.consent.evidenceNeeded}</p>}
    </FormDialog>
  );
}
