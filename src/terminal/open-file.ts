/** Opens a file with the program of this desktop; false when there is none. */
export async function openFile(path: string): Promise<boolean> {
  const { default: open } = await import('open');
  try {
    const child = await open(path);
    child.unref();
    return true;
  } catch {
    return false;
  }
}
