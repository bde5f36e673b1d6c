// A place for one file: chosen, or dropped.
import { Button, FileButton } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { type DragEvent, type ReactNode, useState } from 'react';
import { t } from '../texts';

export function DropFile(props: {
  accept: string;
  help: string;
  /** What stands there once there is a file. */
  children?: ReactNode;
  onFile: (file: File) => void;
}) {
  const [over, setOver] = useState(false);
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) props.onFile(file);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button inside does the same by keyboard
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
      {props.children || <IconUpload size={26} stroke={1.5} aria-hidden />}
      <p className="flush">
        <FileButton
          accept={props.accept}
          onChange={(file) => file && props.onFile(file)}
          inputProps={{ 'aria-label': t.definition.choose }}
        >
          {(button) => (
            <Button size="xs" variant="default" {...button}>
              {t.definition.choose}
            </Button>
          )}
        </FileButton>{' '}
        {t.definition.drop}
      </p>
      <p className="muted flush">{props.help}</p>
    </div>
  );
}
