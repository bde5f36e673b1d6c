// What can be done with a segment, at the head of its page.
import { ActionIcon, Alert, Button, Menu, Modal, Progress, TextInput } from '@mantine/core';
import {
  IconCamera,
  IconCopy,
  IconDeviceFloppy,
  IconDots,
  IconPencil,
  IconPlayerPlay,
  IconPlayerStop,
  IconTemplate,
  IconTrash,
} from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import {
  cancelJob,
  deleteSegment,
  discardDraft,
  duplicateSegment,
  goLive,
  type Progressing,
  refreshSegments,
  saveTemplate,
  snapshotSegment,
  stopSegment,
} from '../../api/actions';
import { useRelated } from '../../api/queries';
import type { SegmentDetail } from '../../api/types';
import { Ask } from '../../components/Ask';
import { FormDialog } from '../../components/FormDialog';
import { done, failed } from '../../components/notify';
import { messageOf } from '../../components/states';
import { t } from '../../texts';
import type { Draft } from './useDraft';

type Dialog = 'going' | 'stop' | 'delete' | 'duplicate' | 'snapshot' | 'template' | null;

export function Actions(props: {
  detail: SegmentDetail;
  draft: Draft;
  beside: boolean;
  setBeside: (beside: boolean) => void;
}) {
  const { detail, draft, beside, setBeside } = props;
  const [dialog, setDialog] = useState<Dialog>(null);
  const [progress, setProgress] = useState<Progressing | null>(null);
  const [refused, setRefused] = useState<unknown>(null);
  const navigate = useNavigate();
  const isDraft = detail.status === 'draft';
  const isLive = detail.status === 'live' || detail.status === 'failed';
  const swap = isLive && beside && (draft.dirty || detail.draft !== null);

  const save = async () => {
    try {
      await draft.save();
      refreshSegments(detail.id);
      done(t.segment.saved);
    } catch (error) {
      failed(error);
    }
  };
  const start = async () => {
    setRefused(null);
    setProgress(null);
    setDialog('going');
    try {
      await draft.save();
      const size = await goLive(detail.id, setProgress);
      draft.revert();
      setBeside(false);
      setDialog(null);
      done(t.segment.nowLive(detail.name, t.number(size)));
    } catch (error) {
      setRefused(error);
    } finally {
      refreshSegments(detail.id);
    }
  };
  const discard = async () => {
    try {
      draft.revert();
      if (detail.draft && detail.definition) await discardDraft(detail.id, detail.definition.condition);
      setBeside(false);
      refreshSegments(detail.id);
    } catch (error) {
      failed(error);
    }
  };
  return (
    <>
      {draft.dirty && (
        <Button variant="default" leftSection={<IconDeviceFloppy size={17} />} onClick={() => void save()}>
          {t.segment.save}
        </Button>
      )}
      {isDraft && (
        <Button leftSection={<IconPlayerPlay size={17} />} onClick={() => void start()}>
          {t.segment.goLive}
        </Button>
      )}
      {isLive && detail.kind !== 'static' && !beside && (
        <Button
          variant="default"
          leftSection={<IconPencil size={17} />}
          onClick={() => {
            setBeside(true);
            void navigate({ to: '/segments/$id', params: { id: detail.id }, search: { tab: 'definition' } });
          }}
        >
          {t.segment.edit}
        </Button>
      )}
      {isLive && beside && (
        <Button variant="subtle" color="gray" onClick={() => void discard()}>
          {t.segment.discard}
        </Button>
      )}
      {swap && (
        <Button leftSection={<IconPlayerPlay size={17} />} onClick={() => void start()}>
          {t.segment.swap}
        </Button>
      )}
      {isLive && !beside && (
        <Button
          variant="default"
          leftSection={<IconPlayerStop size={17} />}
          onClick={() => setDialog('stop')}
        >
          {t.segment.stop}
        </Button>
      )}
      <Menu width={230}>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label={t.segment.more}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {isLive && beside && <Menu.Item onClick={() => setDialog('stop')}>{t.segment.stop}</Menu.Item>}
          <Menu.Item leftSection={<IconCopy size={16} />} onClick={() => setDialog('duplicate')}>
            {t.segment.duplicate}
          </Menu.Item>
          {isLive && (
            <Menu.Item leftSection={<IconCamera size={16} />} onClick={() => setDialog('snapshot')}>
              {t.segment.snapshot}
            </Menu.Item>
          )}
          {detail.kind !== 'static' && (
            <Menu.Item leftSection={<IconTemplate size={16} />} onClick={() => setDialog('template')}>
              {t.segment.saveTemplate}
            </Menu.Item>
          )}
          <Menu.Divider />
          <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => setDialog('delete')}>
            {t.segment.delete}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {dialog === 'going' && <Going progress={progress} refused={refused} onClose={() => setDialog(null)} />}
      {dialog === 'stop' && <Stop detail={detail} onClose={() => setDialog(null)} />}
      {dialog === 'delete' && <Delete detail={detail} onClose={() => setDialog(null)} />}
      {dialog === 'duplicate' && (
        <Naming
          title={t.segment.duplicate}
          label={t.segment.newName}
          initial={t.segment.copyOf(detail.name)}
          act={(name) => duplicateSegment(detail.id, name)}
          onClose={() => setDialog(null)}
        />
      )}
      {dialog === 'snapshot' && (
        <Naming
          title={t.segment.snapshot}
          label={t.segment.newName}
          initial={t.segment.snapshotOf(detail.name)}
          act={(name) => snapshotSegment(detail.id, name)}
          onClose={() => setDialog(null)}
        />
      )}
      {dialog === 'template' && (
        <Naming
          title={t.segment.saveTemplate}
          label={t.segment.templateName}
          initial={detail.name}
          act={async (name) => {
            await saveTemplate(name, draft.text);
            return null;
          }}
          onClose={() => setDialog(null)}
        />
      )}
    </>
  );
}

function Going(props: { progress: Progressing | null; refused: unknown; onClose: () => void }) {
  const share = (props.progress?.progress ?? 0) * 100;
  const job = props.progress?.job;
  return (
    <Modal opened onClose={props.onClose} title={props.refused ? t.segment.notLive : t.segment.goingLive}>
      {props.refused ? (
        <Alert color="red" role="alert">
          {messageOf(props.refused)}
        </Alert>
      ) : (
        <>
          <p className="muted flush">{t.segment.goingLiveHelp}</p>
          <Progress value={Math.max(share, 4)} animated my="md" aria-label={t.segment.goingLive} />
          {job && (
            <Button variant="default" onClick={() => void cancelJob(job).catch(failed)}>
              {t.segment.cancelGoing}
            </Button>
          )}
        </>
      )}
    </Modal>
  );
}

function Stop({ detail, onClose }: { detail: SegmentDetail; onClose: () => void }) {
  const { data: related } = useRelated(detail.id);
  const users = (related?.usedBy ?? []).filter((one) => one.kind !== 'template');
  const stop = async () => {
    try {
      await stopSegment(detail.id);
    } finally {
      void refreshSegments(detail.id);
    }
    done(t.segment.stopped(detail.name));
  };
  return (
    <Ask
      title={t.segment.stopTitle(detail.name)}
      confirm={t.segment.stop}
      disabled={users.length > 0}
      onConfirm={stop}
      onClose={onClose}
    >
      {users.length > 0 ? (
        <>
          <p className="flush">{t.segment.stopUsed}</p>
          <ul>
            {users.map((one) => (
              <li key={`${one.kind} ${one.name}`}>
                {one.id ? (
                  <Link to="/segments/$id" params={{ id: one.id }} onClick={onClose}>
                    {one.name}
                  </Link>
                ) : (
                  one.name
                )}{' '}
                <span className="muted">{t.related.kinds[one.kind] ?? one.kind}</span>
              </li>
            ))}
          </ul>
        </>
      ) : (
        <p className="flush">{t.segment.stopHelp}</p>
      )}
    </Ask>
  );
}

function Delete({ detail, onClose }: { detail: SegmentDetail; onClose: () => void }) {
  const navigate = useNavigate();
  const remove = async () => {
    await deleteSegment(detail.id);
    done(t.segment.deleted(detail.name));
    void refreshSegments();
    await navigate({ to: '/segments', ignoreBlocker: true });
  };
  return (
    <Ask
      title={t.segment.deleteTitle(detail.name)}
      confirm={t.segment.delete}
      danger
      onConfirm={remove}
      onClose={onClose}
    >
      {t.segment.deleteHelp}
    </Ask>
  );
}

function Naming(props: {
  title: string;
  label: string;
  initial: string;
  /** Gives the id of the segment that is made, or null. */
  act: (name: string) => Promise<string | null>;
  onClose: () => void;
}) {
  const navigate = useNavigate();
  const [name, setName] = useState(props.initial);
  const submit = async () => {
    const id = await props.act(name.trim());
    done(t.segment.made(name.trim()));
    void refreshSegments();
    props.onClose();
    if (id) await navigate({ to: '/segments/$id', params: { id } });
  };
  return (
    <FormDialog
      title={props.title}
      submit={props.title}
      disabled={!name.trim()}
      onSubmit={submit}
      onClose={props.onClose}
    >
      <TextInput
        label={props.label}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
