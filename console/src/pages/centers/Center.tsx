// The editor of a subscription center: its lists, texts and look, with the page beside it as people would see it.
import { ActionIcon, Button, Menu, TextInput } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconDeviceFloppy,
  IconDots,
  IconLink,
  IconLinkOff,
  IconPencil,
  IconTrash,
  IconWorldOff,
  IconWorldUp,
} from '@tabler/icons-react';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import {
  type Center as CenterData,
  changeCenter,
  deleteCenter,
  setPublished,
  useCenter,
  useMail,
} from '../../api/marketing';
import { useMay } from '../../api/session';
import { Ask } from '../../components/Ask';
import { FormDialog } from '../../components/FormDialog';
import { Leaving } from '../../components/Leaving';
import { done } from '../../components/notify';
import { Page } from '../../components/Page';
import { Failed, Loading } from '../../components/states';
import { useDoing } from '../../components/useDoing';
import { When } from '../../components/When';
import { t } from '../../texts';
import { CenterStatus } from './Centers';
import { EndLinks, PersonalLink } from './Links';
import { Look } from './Look';
import { Preview } from './Preview';
import { ShownLists } from './ShownLists';
import { type Edited, useEdited } from './useEdited';
import { Words } from './Words';
import './centers.css';

export default function Center() {
  const { id } = useParams({ from: '/inside/lists/centers/$id' });
  const { data, error, refetch } = useCenter(id);
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Loading rows={8} />;
  return <Opened key={data.id} center={data} />;
}

function Opened({ center }: { center: CenterData }) {
  const edited = useEdited(center);
  const { data: mail } = useMail();
  const mayChange = useMay('change_center');
  useHotkeys([
    ['mod+Z', () => edited.undo?.()],
    ['mod+shift+Z', () => edited.redo?.()],
  ]);
  return (
    <Page
      title={center.name}
      wide
      before={
        <Link to="/lists" search={{ tab: 'centers' }} className="sc-back small">
          {t.lists.tabs.centers}
        </Link>
      }
      about={
        <span className="l-facts">
          <CenterStatus status={center.status} />
          {center.published_at && (
            <span className="muted">
              {t.centers.published} <When at={center.published_at} />
            </span>
          )}
        </span>
      }
      actions={mayChange && <Actions center={center} edited={edited} />}
    >
      {mail && !mail.public_url && (
        <div className="notice" role="status">
          {t.centers.noAddress}{' '}
          <Link to="/settings" search={{ tab: 'mail' }}>
            {t.centers.toMail}
          </Link>
        </div>
      )}
      <div className="sc-editor">
        {mayChange && (
          <div className="stack">
            <ShownLists edited={edited} />
            <Words edited={edited} />
            <Look edited={edited} />
          </div>
        )}
        <Preview center={center} content={edited.content} />
      </div>
      <Leaving dirty={edited.dirty} />
    </Page>
  );
}

type Dialog = 'publish' | 'unpublish' | 'link' | 'end' | 'rename' | 'delete' | null;

function Actions({ center, edited }: { center: CenterData; edited: Edited }) {
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<Dialog>(null);
  const { busy, doing } = useDoing();
  const mayEnd = useMay('end_links');
  const close = () => setDialog(null);
  const save = async () => {
    await edited.save();
    done(t.centers.saved);
  };
  const publish = async () => {
    await edited.save();
    await setPublished(center.id, true);
    done(t.centers.isPublished(center.name));
  };
  const unpublish = async () => {
    await setPublished(center.id, false);
    done(t.centers.unpublished(center.name));
  };
  const remove = async () => {
    await deleteCenter(center.id);
    done(t.centers.deleted(center.name));
    await navigate({ to: '/lists', search: { tab: 'centers' }, ignoreBlocker: true });
  };
  const canPublish = edited.dirty || center.status !== 'live';
  return (
    <>
      <ActionIcon
        variant="default"
        size={36}
        aria-label={t.centers.undo}
        disabled={!edited.undo}
        onClick={() => edited.undo?.()}
      >
        <IconArrowBackUp size={18} />
      </ActionIcon>
      <ActionIcon
        variant="default"
        size={36}
        aria-label={t.centers.redo}
        disabled={!edited.redo}
        onClick={() => edited.redo?.()}
      >
        <IconArrowForwardUp size={18} />
      </ActionIcon>
      <Button
        variant="default"
        leftSection={<IconDeviceFloppy size={17} />}
        disabled={!edited.dirty}
        loading={busy}
        onClick={() => void doing(save)}
      >
        {t.centers.save}
      </Button>
      <Button
        leftSection={<IconWorldUp size={17} />}
        disabled={!canPublish}
        onClick={() => setDialog('publish')}
      >
        {t.centers.publish}
      </Button>
      <Menu width={230}>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label={t.centers.more}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconLink size={16} />} onClick={() => setDialog('link')}>
            {t.centers.link}
          </Menu.Item>
          {mayEnd && (
            <Menu.Item leftSection={<IconLinkOff size={16} />} onClick={() => setDialog('end')}>
              {t.centers.endLinks}
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => setDialog('rename')}>
            {t.centers.rename}
          </Menu.Item>
          <Menu.Divider />
          {center.status !== 'draft' && (
            <Menu.Item leftSection={<IconWorldOff size={16} />} onClick={() => setDialog('unpublish')}>
              {t.centers.unpublish}
            </Menu.Item>
          )}
          <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => setDialog('delete')}>
            {t.centers.delete}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {dialog === 'publish' && (
        <Ask
          title={t.centers.publishTitle(center.name)}
          confirm={t.centers.publish}
          onConfirm={publish}
          onClose={close}
        >
          {t.centers.publishHelp}
        </Ask>
      )}
      {dialog === 'unpublish' && (
        <Ask
          title={t.centers.unpublishTitle(center.name)}
          confirm={t.centers.unpublish}
          danger
          onConfirm={unpublish}
          onClose={close}
        >
          {t.centers.unpublishHelp}
        </Ask>
      )}
      {dialog === 'delete' && (
        <Ask
          title={t.centers.deleteTitle(center.name)}
          confirm={t.centers.delete}
          danger
          onConfirm={remove}
          onClose={close}
        >
          {t.centers.deleteHelp}
        </Ask>
      )}
      {dialog === 'rename' && <Rename center={center} onClose={close} />}
      {dialog === 'link' && <PersonalLink center={center} onClose={close} />}
      {dialog === 'end' && <EndLinks onClose={close} />}
    </>
  );
}

function Rename({ center, onClose }: { center: CenterData; onClose: () => void }) {
  const [name, setName] = useState(center.name);
  const submit = async () => {
    await changeCenter(center.id, { name: name.trim() });
    done(t.centers.renamed);
    onClose();
  };
  return (
    <FormDialog
      title={t.centers.rename}
      submit={t.centers.rename}
      disabled={!name.trim()}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput
        label={t.centers.name}
        description={t.centers.nameHelp}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
