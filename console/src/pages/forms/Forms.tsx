// Forms for one's own site that put people on a list: made, copied as HTML, deleted.
import { Button, CopyButton, Modal, MultiSelect, Select, Stack, TextInput } from '@mantine/core';
import { IconCode, IconForms, IconListCheck, IconPlus } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { createForm, deleteForm, useForms } from '../../api/marketing';
import { useCatalog, useLists } from '../../api/queries';
import { useMay } from '../../api/session';
import type { Form } from '../../api/wire';
import { entityNamed } from '../../builder/catalog';
import { Ask } from '../../components/Ask';
import { FormDialog } from '../../components/FormDialog';
import { done } from '../../components/notify';
import { Empty, Failed, Loading } from '../../components/states';
import { type Column, Table } from '../../components/Table';
import { t } from '../../texts';

export default function Forms() {
  const { data, error, refetch } = useForms();
  const { data: lists } = useLists();
  const navigate = useNavigate();
  const [making, setMaking] = useState(false);
  const [shown, setShown] = useState<Form | null>(null);
  const [deleting, setDeleting] = useState<Form | null>(null);
  const mayMake = useMay('create_form');
  const mayDelete = useMay('delete_form');
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data || !lists) return <Loading />;
  const listOf = (form: Form) => lists.find((one) => one.id === form.joins);
  const make = mayMake && (
    <Button leftSection={<IconPlus size={17} />} onClick={() => setMaking(true)}>
      {t.forms.create}
    </Button>
  );
  const remove = async (form: Form) => {
    await deleteForm(form.id);
    done(t.forms.deleted(form.name));
  };
  const columns: Column<Form>[] = [
    {
      key: 'name',
      title: t.forms.name,
      width: 'minmax(160px, 2fr)',
      cell: (form) => <strong>{form.name}</strong>,
    },
    {
      key: 'joins',
      title: t.forms.joins,
      width: 'minmax(170px, 2fr)',
      cell: (form) => (
        <>
          <Link to="/lists/$id" params={{ id: String(form.joins) }} className="plain">
            {listOf(form)?.name ?? `#${form.joins}`}
          </Link>
          {listOf(form)?.double_opt_in === false && (
            <span className="tags" title={t.forms.weak}>
              {t.forms.weak}
            </span>
          )}
        </>
      ),
    },
    {
      key: 'fields',
      title: t.forms.fields,
      width: 'minmax(150px, 2fr)',
      cell: (form) => <span className="muted">{form.fields.join(', ') || t.forms.onlyAddress}</span>,
    },
    {
      key: 'language',
      title: t.forms.languageHead,
      width: '110px',
      cell: (form) => t.centers.languages[form.language] ?? form.language,
    },
    {
      key: 'do',
      title: t.centers.more,
      isTitleHidden: true,
      width: '190px',
      align: 'end',
      cell: (form) => (
        <>
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconCode size={14} />}
            aria-label={t.forms.htmlOf(form.name)}
            onClick={() => setShown(form)}
          >
            {t.forms.html}
          </Button>{' '}
          {mayDelete && (
            <Button
              size="compact-xs"
              variant="default"
              aria-label={t.forms.deleteOf(form.name)}
              onClick={() => setDeleting(form)}
            >
              {t.forms.delete}
            </Button>
          )}
        </>
      ),
    },
  ];
  return (
    <>
      {data.length > 0 ? (
        <>
          <div className="toolbar">
            <div className="toolbar-end">{make}</div>
          </div>
          <Table
            label={t.lists.tabs.forms}
            columns={columns}
            rows={data}
            rowKey={(form) => String(form.id)}
            rowHeight={54}
          />
        </>
      ) : lists.some((one) => one.is_subscription) ? (
        <Empty icon={<IconForms size={28} />} title={t.forms.none} action={make}>
          {t.forms.noneHelp}
        </Empty>
      ) : (
        <Empty
          icon={<IconListCheck size={28} />}
          title={t.forms.noneLists}
          action={
            <Button variant="default" onClick={() => void navigate({ to: '/lists', search: {} })}>
              {t.lists.tabs.lists}
            </Button>
          }
        >
          {t.forms.noneHelp}
        </Empty>
      )}
      {making && <Make onClose={() => setMaking(false)} onMade={setShown} />}
      {shown && <Html form={shown} onClose={() => setShown(null)} />}
      {deleting && (
        <Ask
          title={t.forms.deleteTitle(deleting.name)}
          confirm={t.forms.delete}
          danger
          onConfirm={() => remove(deleting)}
          onClose={() => setDeleting(null)}
        >
          {t.forms.deleteHelp}
        </Ask>
      )}
    </>
  );
}

function Html({ form, onClose }: { form: Form; onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} size="lg" title={t.forms.htmlTitle(form.name)}>
      {form.html === null ? (
        <div className="notice">
          {t.forms.noAddress}{' '}
          <Link to="/settings" search={{ tab: 'mail' }}>
            {t.centers.toMail}
          </Link>
        </div>
      ) : (
        <Stack gap="md">
          <p className="muted flush">{t.forms.htmlHelp}</p>
          <pre className="pre">{form.html}</pre>
          <CopyButton value={form.html}>
            {({ copied, copy }) => (
              <Button data-autofocus onClick={copy}>
                {copied ? t.shell.copied : t.shell.copy}
              </Button>
            )}
          </CopyButton>
        </Stack>
      )}
    </Modal>
  );
}

function Make({ onClose, onMade }: { onClose: () => void; onMade: (form: Form) => void }) {
  const { data: lists } = useLists();
  const { data: catalog } = useCatalog();
  const offered = (lists ?? []).filter((one) => one.is_subscription);
  const texts = (catalog ? (entityNamed(catalog, 'contact')?.attributes ?? []) : []).filter(
    (one) => one.type === 'text',
  );
  const [name, setName] = useState('');
  const [joins, setJoins] = useState<string | null>(
    String((offered.find((one) => one.double_opt_in) ?? offered[0])?.id ?? '') || null,
  );
  const [fields, setFields] = useState<string[]>([]);
  const [language, setLanguage] = useState('en');
  const list = offered.find((one) => String(one.id) === joins);
  const submit = async () => {
    const made = await createForm({ name: name.trim(), joins: Number(joins), fields, language });
    done(t.forms.made(made.name));
    onClose();
    onMade(made);
  };
  return (
    <FormDialog
      title={t.forms.create}
      submit={t.forms.create}
      disabled={!name.trim() || !joins}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput
        label={t.forms.name}
        description={t.forms.nameHelp}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Select
        label={t.forms.joins}
        description={list && !list.double_opt_in ? t.forms.weak : t.forms.joinsHelp}
        allowDeselect={false}
        data={offered.map((one) => ({ value: String(one.id), label: one.name }))}
        value={joins}
        onChange={setJoins}
      />
      <MultiSelect
        label={t.forms.fields}
        description={t.forms.fieldsHelp}
        searchable
        data={texts.map((one) => one.name)}
        value={fields}
        onChange={setFields}
      />
      <Select
        label={t.forms.language}
        allowDeselect={false}
        data={Object.entries(t.centers.languages).map(([value, label]) => ({ value, label }))}
        value={language}
        onChange={(next) => next && setLanguage(next)}
      />
    </FormDialog>
  );
}
