// What was dropped or chosen: files with their paths, whole folders walked through.

export interface Dropped {
  /** The file's or folder's own name. */
  readonly name: string
  readonly isFolder: boolean
  readonly files: readonly { readonly path: string; readonly file: File }[]
  /** Folders in it without any file. */
  readonly emptyFolders: readonly string[]
}

/** What one drop may hold; past it another way is better. */
export const MAX_DROPPED = 20_000

/** Undefined when there are too many. Must be called before the event is over; what it holds is gone afterwards. */
export function readDrop(transfer: DataTransfer): Promise<readonly Dropped[] | undefined> {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file')
  const roots = items.map((item) => item.webkitGetAsEntry() ?? item.getAsFile())
  return walkAll(roots.filter((root) => root !== null))
}

async function walkAll(
  roots: readonly (FileSystemEntry | File)[],
): Promise<readonly Dropped[] | undefined> {
  const dropped: Dropped[] = []
  const room = { left: MAX_DROPPED }
  for (const root of roots) {
    const one = root instanceof File ? asFile(root) : await walk(root, room)
    if (room.left < 0) return undefined
    dropped.push(one)
  }
  return dropped
}

const asFile = (file: File): Dropped => ({
  name: file.name,
  isFolder: false,
  files: [{ path: file.name, file }],
  emptyFolders: [],
})

async function walk(root: FileSystemEntry, room: { left: number }): Promise<Dropped> {
  const files: { path: string; file: File }[] = []
  const emptyFolders: string[] = []
  const pending: { entry: FileSystemEntry; path: string }[] = [{ entry: root, path: root.name }]
  for (let next = pending.pop(); next && room.left >= 0; next = pending.pop()) {
    const { entry, path } = next
    if (isFile(entry)) {
      room.left--
      files.push({ path, file: await fileOf(entry) })
    } else if (isFolder(entry)) {
      const inside = await entriesOf(entry)
      if (inside.length === 0) emptyFolders.push(path)
      pending.push(...inside.map((each) => ({ entry: each, path: `${path}/${each.name}` })))
    }
  }
  return { name: root.name, isFolder: isFolder(root), files, emptyFolders }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject))

/** The browser gives a hundred at a time, and none when that was all. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (some.length === 0) return all
    all.push(...some)
  }
}

/** From an input: each file alone, or by the folder that was chosen. */
export function readChosen(list: FileList): readonly Dropped[] | undefined {
  const files = [...list]
  if (files.length > MAX_DROPPED) return undefined
  const folders = new Map<string, { path: string; file: File }[]>()
  const alone: Dropped[] = []
  for (const file of files) {
    const [folder = '', ...rest] = file.webkitRelativePath.split('/')
    if (rest.length === 0) alone.push(asFile(file))
    else
      folders.set(folder, [...(folders.get(folder) ?? []), { path: file.webkitRelativePath, file }])
  }
  const whole = [...folders].map(([name, inside]) => ({
    name,
    isFolder: true,
    files: inside,
    emptyFolders: [],
  }))
  return [...alone, ...whole]
}
