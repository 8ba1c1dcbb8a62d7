//! The files of an export: one for a table, or one for each of its partitions.

use super::filling::Encoder;
use crate::Failure;
use crate::place::{failed, same, spare};
use cluscope::internals::limits::Columns;
use cluscope_columns::{Compression, Encoding, Partition, RecordBatch, Sizes, TableName, TableWriter};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Where tables go.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    /// The folder or file.
    pub(super) output: &'p Path,
    /// Whether it is a file.
    pub(super) one: bool,
    /// Whether tables that are there are written over.
    pub(super) force: bool,
}

/// How tables are written.
#[derive(Clone, Copy)]
pub(super) struct How {
    pub(super) encoding: Encoding,
    pub(super) compression: Compression,
    pub(super) partition: Option<Partition>,
    /// What it may cost.
    pub(super) limits: Columns,
}

/// A file that is open.
struct Open {
    writer: TableWriter<BufWriter<File>>,
    /// When it was written to last, in batches.
    used: u64,
}

/// Which file: the table, the folder of its partition if there are some, and how many of that were finished before.
type Key = (TableName, Option<String>);

/// Tables on their way into files.
pub(super) struct Files {
    output: PathBuf,
    one: bool,
    force: bool,
    /// Where they are until they are complete; removed with whatever is in it.
    beside: TempDir,
    encoding: Encoding,
    compression: Compression,
    partition: Option<Partition>,
    limits: Columns,
    /// How many tables there are.
    tables: usize,
    open: BTreeMap<Key, Open>,
    /// How many files of a partition were finished.
    parts: BTreeMap<Key, u32>,
    /// Files by their place under the folder.
    written: BTreeSet<PathBuf>,
    batches: u64,
}

impl Files {
    /// Sees to it that nothing is lost that is there, and begins every table that is not partitioned, so that one without
    /// rows is a table too.
    pub(super) fn new(
        place: Place<'_>,
        inputs: &[PathBuf],
        tables: &BTreeSet<TableName>,
        how: How,
    ) -> Result<Self, Failure> {
        let How { encoding, compression, partition, limits } = how;
        let Place { output, one, force } = place;
        let inputs: Vec<&PathBuf> = inputs.iter().filter(|input| input.is_file()).collect();
        if one {
            spare(&inputs, output, force)?;
        } else {
            if output.exists() && !output.is_dir() {
                return Err(failed(output, &"not a folder"));
            }
            for table in tables {
                for there in [output.join(file_name(*table, encoding)), output.join(table.table().name)] {
                    let Ok(metadata) = std::fs::symlink_metadata(&there) else { continue };
                    if !force {
                        return Err(failed(&there, &"there already; --force writes over it"));
                    }
                    for input in &inputs {
                        let of = std::fs::metadata(input).map_err(|e| failed(input, &e))?;
                        let within = matches!((input.canonicalize(), there.canonicalize()),
                            (Ok(input), Ok(there)) if input.starts_with(&there));
                        if within || same(&of, &metadata, (input, &there)) {
                            return Err(Failure::Usage("the output is the input".into()));
                        }
                    }
                }
            }
        }
        let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let beside = tempfile::Builder::new().prefix(".cluscope-").suffix(".part").tempdir_in(folder);
        let mut files = Files {
            output: output.to_path_buf(),
            one,
            force,
            beside: beside.map_err(|e| failed(output, &e))?,
            encoding,
            compression,
            partition,
            limits,
            tables: tables.len(),
            open: BTreeMap::new(),
            parts: BTreeMap::new(),
            written: BTreeSet::new(),
            batches: 0,
        };
        if partition.is_none() {
            for table in tables {
                files.writer((*table, None))?;
            }
        }
        Ok(files)
    }

    /// Writes a batch of a table; what there is too much of goes to the encoder.
    pub(super) fn write(&mut self, table: TableName, batch: &RecordBatch, encoder: &Encoder) -> Result<(), Failure> {
        let parts = match self.partition {
            Some(partition) => partition.split(table.table(), batch).map_err(cluscope_columns::Error::from)?,
            None => None,
        };
        match parts {
            None => self.put((table, None), batch)?,
            Some(parts) => {
                for (folder, batch) in parts {
                    self.put((table, Some(folder)), &batch)?;
                }
            }
        }
        // The largest ones first; those that are left are small.
        let mut pending: usize = self.open.values().map(|open| open.writer.pending()).sum();
        while pending > self.limits.portion {
            let Some(largest) = self.open.values_mut().max_by_key(|open| open.writer.pending()) else { break };
            pending -= largest.writer.pending();
            if let Some(rows) = largest.writer.send()? {
                encoder.push(rows);
            }
        }
        Ok(())
    }

    /// All rows there are go to the encoder.
    pub(super) fn send(&mut self, encoder: &Encoder) -> Result<(), Failure> {
        for open in self.open.values_mut() {
            if let Some(rows) = open.writer.send()? {
                encoder.push(rows);
            }
        }
        Ok(())
    }

    fn put(&mut self, key: Key, batch: &RecordBatch) -> Result<(), Failure> {
        self.batches += 1;
        let used = self.batches;
        let open = self.writer(key)?;
        open.used = used;
        open.writer.write(batch)?;
        Ok(())
    }

    fn writer(&mut self, key: Key) -> Result<&mut Open, Failure> {
        if !self.open.contains_key(&key) {
            if self.open.len() >= self.files()
                && let Some(oldest) = self.oldest()
            {
                self.close(&oldest)?;
            }
            let under = self.under(&key);
            let path = self.beside.path().join(&under);
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).map_err(|e| failed(folder, &e))?;
            }
            let file = create(&path).map_err(|e| failed(&path, &e))?;
            self.written.insert(under);
            let out = BufWriter::with_capacity(1 << 16, file);
            // When rows are encoded is seen to here.
            let sizes = Sizes { portion: usize::MAX, row_group: self.row_group(key.0) };
            let writer = TableWriter::within(key.0.table(), self.encoding, self.compression, sizes, out)?;
            self.open.insert(key.clone(), Open { writer, used: self.batches });
        }
        self.open.get_mut(&key).ok_or_else(|| Failure::Message("no file is open".into()))
    }

    /// The file of a partition that was used least recently. A table that has no partitions is one file.
    fn oldest(&self) -> Option<Key> {
        let parts = self.open.iter().filter(|((_, folder), _)| folder.is_some());
        parts.min_by_key(|(_, open)| open.used).map(|(key, _)| key.clone())
    }

    /// How many files may be open at a time.
    fn files(&self) -> usize {
        match self.partition {
            Some(_) => self.limits.files.max(1),
            None => self.tables.max(1),
        }
    }

    /// What the row group of a table's file may take: half of what there is for messages, which have most columns.
    fn row_group(&self, table: TableName) -> usize {
        let all = self.limits.row_groups;
        match (self.files(), table) {
            (1, _) => all,
            (_, TableName::Messages) if self.partition.is_none() => all / 2,
            (files, _) => all / 2 / (files - 1),
        }
    }

    /// Where a file goes, under the folder.
    fn under(&self, key: &Key) -> PathBuf {
        let (table, folder) = key;
        match folder {
            None => file_name(*table, self.encoding).into(),
            Some(folder) => {
                let part = self.parts.get(key).copied().unwrap_or(0);
                let file = format!("part-{part}.{}", self.encoding.extension());
                Path::new(table.table().name).join(folder).join(file)
            }
        }
    }

    fn close(&mut self, key: &Key) -> Result<(), Failure> {
        if let Some(open) = self.open.remove(key) {
            finish(open)?;
            *self.parts.entry(key.clone()).or_default() += 1;
        }
        Ok(())
    }

    /// Everything is written: puts the files into their places.
    pub(super) fn place(mut self) -> Result<(), Failure> {
        for (_, open) in std::mem::take(&mut self.open) {
            finish(open)?;
        }
        let output = &self.output;
        let put = |from: &Path, to: &Path| std::fs::rename(from, to).map_err(|e| failed(to, &e));
        if self.one {
            let Some(file) = self.written.first() else { return Ok(()) };
            if !self.force && std::fs::symlink_metadata(output).is_ok() {
                return Err(failed(output, &"there already; --force writes over it"));
            }
            return put(&self.beside.path().join(file), output);
        }
        if std::fs::symlink_metadata(output).is_err() {
            // All at once.
            let whole = self.beside.keep();
            return put(&whole, output).inspect_err(|_| drop(std::fs::remove_dir_all(&whole)));
        }
        // Into a folder that is there, table by table: each is whole or not there.
        let tops: BTreeSet<PathBuf> =
            self.written.iter().filter_map(|file| file.components().next()).map(|top| top.as_os_str().into()).collect();
        for top in tops {
            let to = output.join(&top);
            let old = self.beside.path().join("old").join(&top);
            if std::fs::symlink_metadata(&to).is_ok() {
                std::fs::create_dir_all(self.beside.path().join("old")).map_err(|e| failed(output, &e))?;
                put(&to, &old)?;
            }
            put(&self.beside.path().join(&top), &to)?;
        }
        Ok(())
    }
}

fn file_name(table: TableName, encoding: Encoding) -> String {
    format!("{}.{}", table.table().name, encoding.extension())
}

/// A file that its owner alone can read.
fn create(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn finish(open: Open) -> Result<(), Failure> {
    let out = open.writer.finish()?;
    let file = out.into_inner().map_err(|e| Failure::from(e.into_error()))?;
    Ok(file.sync_all()?)
}
