// Whose contacts somebody sees: by which attributes that is told, and units to choose.
import { Button, Select, TagsInput } from '@mantine/core';
import { IconUsersGroup } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { patchUnitSettings, patchUser } from '../../api/actions';
import { useCatalog, useUnitSettings, valuesOf } from '../../api/queries';
import { queryClient } from '../../api/queryClient';
import type { UnitSettings, User } from '../../api/wire';
import { FormDialog } from '../../components/FormDialog';
import { done } from '../../components/notify';
import { t } from '../../texts';

const TELLING = new Set(['text', 'choice', 'choices']);

/** Units, of those that contacts have; none are all contacts. */
export function UnitsInput({ value, onChange }: { value: string[]; onChange: (next: string[]) => void }) {
  const { data: settings } = useUnitSettings();
  const [owner, name] = settings?.unit?.split('.') ?? [];
  const { data: known } = useQuery({
    queryKey: ['units', owner, name],
    enabled: Boolean(owner && name),
    queryFn: ({ signal }) => valuesOf(owner ?? '', 'entity', name ?? '', '', signal),
  });
  if (!settings?.unit) return null;
  return (
    <TagsInput
      label={t.settings.units}
      description={t.settings.unitsHelp}
      placeholder={value.length ? undefined : t.settings.allContacts}
      data={(known ?? []).map((one) => one.value)}
      value={value}
      onChange={onChange}
    />
  );
}

/** What somebody sees, and a dialog to change it. */
export function UnitsOf({ user }: { user: User }) {
  const { data: settings } = useUnitSettings();
  const [units, setUnits] = useState<string[] | null>(null);
  const shown = user.units?.join(', ') ?? t.settings.allContacts;
  if (!settings?.unit || user.role === 'admin') return <span className="muted">{shown}</span>;
  const save = async () => {
    await patchUser(user.id, { units: units?.length ? units : null });
    await queryClient.invalidateQueries({ queryKey: ['users'] });
    setUnits(null);
  };
  const title = t.settings.unitsOf(user.name || user.email);
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        aria-label={title}
        onClick={() => setUnits(user.units ?? [])}
      >
        {shown}
      </Button>
      {units && (
        <FormDialog title={title} submit={t.settings.save} onSubmit={save} onClose={() => setUnits(null)}>
          <UnitsInput value={units} onChange={setUnits} />
        </FormDialog>
      )}
    </>
  );
}

/** By which attributes it is told whose contacts are whose. */
export function UnitAttributes() {
  const { data: settings } = useUnitSettings();
  const [changed, setChanged] = useState<UnitSettings | null>(null);
  if (!settings) return null;
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconUsersGroup size={17} />}
        onClick={() => setChanged(settings)}
      >
        {t.settings.unitSettings}
      </Button>
      {changed && <Attributes value={changed} onChange={setChanged} onClose={() => setChanged(null)} />}
    </>
  );
}

type Changing = { value: UnitSettings; onChange: (next: UnitSettings) => void; onClose: () => void };

function Attributes({ value, onChange, onClose }: Changing) {
  const { data: catalog } = useCatalog();
  const attributes = (catalog?.entities ?? [])
    .filter((one) => one.audience)
    .flatMap((one) =>
      one.attributes.filter((each) => TELLING.has(each.type)).map((each) => `${one.name}.${each.name}`),
    );
  const save = async () => {
    await patchUnitSettings(value);
    await queryClient.invalidateQueries({ queryKey: ['unit-settings'] });
    done(t.settings.unitsSaved);
    onClose();
  };
  const select = (what: 'unit' | 'owner', label: string, description: string) => (
    <Select
      label={label}
      description={description}
      data={attributes}
      value={value[what]}
      placeholder={t.settings.noAttribute}
      clearable
      searchable
      onChange={(next) => onChange({ ...value, [what]: next })}
    />
  );
  return (
    <FormDialog title={t.settings.unitSettings} submit={t.settings.save} onSubmit={save} onClose={onClose}>
      {select('unit', t.settings.unitAttribute, t.settings.unitAttributeHelp)}
      {select('owner', t.settings.ownerAttribute, t.settings.ownerAttributeHelp)}
    </FormDialog>
  );
}
