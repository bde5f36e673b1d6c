// Saved views: a name for what is searched, filtered and sorted by. They are kept in this browser.
import { ActionIcon, Button, Menu, TextInput } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { IconTrash } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { SegmentsSearch } from '../../app/router';
import { FormDialog } from '../../components/FormDialog';
import { t } from '../../texts';

type View = { name: string; search: SegmentsSearch };

export function Views(props: {
  search: SegmentsSearch;
  icon: ReactNode;
  onChoose: (search: SegmentsSearch) => void;
}) {
  const [views, setViews] = useLocalStorage<View[]>({ key: 'satsuma-views', defaultValue: [] });
  const [naming, setNaming] = useState(false);
  const [name, setName] = useState('');
  const save = () => {
    setViews([...views.filter((view) => view.name !== name), { name, search: props.search }]);
    setNaming(false);
    setName('');
  };
  return (
    <>
      <Menu width={240}>
        <Menu.Target>
          <Button variant="default" leftSection={props.icon}>
            {t.segments.views}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {views.map((view) => (
            <div key={view.name} className="view-row">
              <Menu.Item onClick={() => props.onChoose(view.search)}>{view.name}</Menu.Item>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t.segments.removeView(view.name)}
                onClick={() => setViews(views.filter((other) => other.name !== view.name))}
              >
                <IconTrash size={15} />
              </ActionIcon>
            </div>
          ))}
          {views.length > 0 && <Menu.Divider />}
          <Menu.Item onClick={() => setNaming(true)}>{t.segments.saveView}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {naming && (
        <FormDialog
          title={t.segments.saveView}
          submit={t.segments.saveView}
          disabled={!name.trim()}
          onSubmit={save}
          onClose={() => setNaming(false)}
        >
          <TextInput
            label={t.segments.viewName}
            required
            data-autofocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        </FormDialog>
      )}
    </>
  );
}
