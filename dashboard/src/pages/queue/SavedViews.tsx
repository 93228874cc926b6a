import { Bookmark, Plus, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useSearchParams } from "wouter";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { Menu, MenuHeading, MenuItem, MenuLine } from "@/components/Menu";
import { TextField } from "@/components/TextField";
import { readViews, type SavedView, withoutView, withView, writeViews } from "./savedViewStore";

/** Views are filters and order; which ticket is open is not part of one. */
function searchOf(params: URLSearchParams): string {
  const search = new URLSearchParams(params);
  search.delete("ticket");
  search.sort();
  return search.toString();
}

export function SavedViews() {
  const [params, setParams] = useSearchParams();
  const [views, setViews] = useState(() => readViews(localStorage));
  const [naming, setNaming] = useState(false);
  const search = searchOf(params);
  const current = views.find((view) => view.search === search);

  function keep(next: SavedView[]) {
    writeViews(localStorage, next);
    setViews(next);
  }

  return (
    <>
      <Menu trigger={<Button icon={Bookmark}>{current?.name ?? "Views"}</Button>} label="Saved views">
        {views.length > 0 && <MenuHeading>Saved in this browser</MenuHeading>}
        {views.map((view) => (
          <MenuItem
            key={view.name}
            icon={Bookmark}
            hint={view === current ? "shown" : undefined}
            onSelect={() => setParams(new URLSearchParams(view.search))}
          >
            {view.name}
          </MenuItem>
        ))}
        {views.length > 0 && <MenuLine />}
        <MenuItem icon={Plus} onSelect={() => setNaming(true)}>
          Save filters and order
        </MenuItem>
        {current && (
          <MenuItem icon={Trash2} onSelect={() => keep(withoutView(views, current.name))}>
            Forget “{current.name}”
          </MenuItem>
        )}
      </Menu>
      <NameDialog
        open={naming}
        onClose={() => setNaming(false)}
        onName={(name) => keep(withView(views, { name, search }))}
        taken={views.map(({ name }) => name)}
      />
    </>
  );
}

type NameDialogProps = { open: boolean; onClose: () => void; onName: (name: string) => void; taken: readonly string[] };

function NameDialog({ open, onClose, onName, taken }: NameDialogProps) {
  const [name, setName] = useState("");

  function save(event: FormEvent) {
    event.preventDefault();
    if (!name.trim()) return;
    onName(name.trim());
    setName("");
    onClose();
  }

  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Save this view"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="name-view" variant="primary">
            {taken.includes(name.trim()) ? "Replace" : "Save"}
          </Button>
        </>
      }
    >
      <form id="name-view" onSubmit={save}>
        <TextField
          label="Name"
          value={name}
          onChange={(event) => setName(event.target.value)}
          maxLength={40}
          required
          autoFocus
          hint="Filters, order and time range. It stays in this browser."
        />
      </form>
    </Dialog>
  );
}
