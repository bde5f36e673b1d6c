// A field for the key of a contact, with those that fit what is typed.
import { Autocomplete } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useContacts } from '../api/queries';

const OFFERED_MAX = 12;

export function ContactField(props: {
  label: string;
  description?: string;
  value: string;
  error?: string | null;
  onChange: (key: string) => void;
}) {
  const [asked] = useDebouncedValue(props.value.trim(), 150);
  const found = useContacts({ search: asked, columns: [] }, asked.length >= 2);
  const keys = asked.length >= 2 ? (found.data?.pages[0]?.rows ?? []) : [];
  return (
    <Autocomplete
      label={props.label}
      description={props.description}
      data-autofocus
      value={props.value}
      error={props.error}
      limit={OFFERED_MAX}
      // What fits is found by the server, in other attributes too.
      filter={({ options }) => options}
      data={keys.slice(0, OFFERED_MAX).map((one) => one.key)}
      onChange={props.onChange}
    />
  );
}
