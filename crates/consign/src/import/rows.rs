//! Rows of a CSV file, one at a time: however large the file, one row is in memory.
//!
//! Cells are found by the name in the header. Text is UTF-8; a row that isn't is taken for Windows-1252, which is
//! what spreadsheets on Windows write. Decided row by row, since a file is glued together from both at times.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use csv::{ByteRecord, StringRecord};
use encoding_rs::WINDOWS_1252;

use crate::failure::{Exit, Failure};
use crate::import::unreadable;

/// The largest row. A quote that is never closed would make the rest of the file one cell.
const ROW_BYTES: u64 = 4 << 20;

/// The rows of a file.
pub struct Rows {
    path: PathBuf,
    reader: csv::Reader<Metered>,
    header: Arc<Header>,
    began: Arc<AtomicU64>,
    next: u64,
}

/// Which column has which name.
#[derive(Debug)]
struct Header {
    places: HashMap<String, usize>,
    width: usize,
}

/// One row.
#[derive(Debug)]
pub struct Row {
    /// Its number as a spreadsheet shows it: the header is row 1, and a cell may hold several lines.
    pub number: u64,
    /// Whether it was no UTF-8.
    pub windows_1252: bool,
    header: Arc<Header>,
    cells: StringRecord,
}

/// One cell, with what a report needs to name it.
#[derive(Debug, Clone, Copy)]
pub struct Cell<'a> {
    /// Its row's number.
    pub row: u64,
    /// Its column.
    pub column: &'static str,
    /// What it holds, without space around; empty if there is no such column.
    pub text: &'a str,
}

/// Counts what is read, and stops when a row gets too long.
struct Metered {
    file: BufReader<File>,
    read: Arc<AtomicU64>,
    began: Arc<AtomicU64>,
}

impl Read for Metered {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let got = self.file.read(into)?;
        let read = self.read.fetch_add(got as u64, Ordering::Relaxed) + got as u64;
        if read.saturating_sub(self.began.load(Ordering::Relaxed)) > ROW_BYTES {
            return Err(io::Error::other("a row has more than 4 MB; is a quote opened and never closed?"));
        }
        Ok(got)
    }
}

impl Rows {
    /// Opens a file and reads its header, in which the `needed` columns must be. `read` is raised by every byte read.
    ///
    /// # Errors
    /// [`Failure`] if the file can't be read or is no such file, with what to do about it.
    pub fn open(path: &Path, needed: &[&str], read: Arc<AtomicU64>) -> Result<Self, Failure> {
        let mut file = BufReader::new(File::open(path).map_err(|error| unreadable(path, error))?);
        let begin = file.fill_buf().map_err(|error| unreadable(path, error))?;
        if begin.starts_with(&[0xFF, 0xFE]) || begin.starts_with(&[0xFE, 0xFF]) {
            return Err(refused(path, "is UTF-16; save it as CSV in UTF-8"));
        }
        let began = Arc::new(AtomicU64::new(0));
        let metered = Metered { file, read, began: began.clone() };
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(metered);
        let titles = reader.byte_headers().map_err(|error| unreadable(path, error))?.clone();
        let header = Header::of(&decoded(titles).0);
        let missing: Vec<&str> = needed.iter().copied().filter(|name| header.place(name).is_none()).collect();
        if !missing.is_empty() {
            let other =
                |sign: &str| header.width == 1 && header.places.keys().any(|name| name.contains(sign));
            let hint = match (other(";"), other("\t")) {
                (true, _) => "; its cells are separated by semicolons, commas are needed",
                (_, true) => "; its cells are separated by tabs, commas are needed",
                _ => "",
            };
            return Err(refused(path, &format!("has no column {}{hint}", missing.join(", "))));
        }
        Ok(Self { path: path.to_owned(), reader, header: Arc::new(header), began, next: 2 })
    }
}

fn refused(path: &Path, why: &str) -> Failure {
    Failure::new(Exit::Usage, format!("{} {why}", path.display()))
}

/// The text of a record, and whether it was no UTF-8.
fn decoded(record: ByteRecord) -> (StringRecord, bool) {
    match StringRecord::from_byte_record(record) {
        Ok(text) => (text, false),
        Err(error) => {
            let record = error.into_byte_record();
            (record.iter().map(|cell| WINDOWS_1252.decode_without_bom_handling(cell).0).collect(), true)
        }
    }
}

impl Header {
    fn of(titles: &StringRecord) -> Self {
        let mut places = HashMap::with_capacity(titles.len());
        for (place, title) in titles.iter().enumerate() {
            // Of two columns with one name, the first holds.
            places.entry(title.trim().to_ascii_lowercase()).or_insert(place);
        }
        Self { places, width: titles.len() }
    }

    fn place(&self, column: &str) -> Option<usize> {
        self.places.get(&column.to_ascii_lowercase()).copied()
    }
}

impl Row {
    /// The cell in that column.
    pub fn cell(&self, column: &'static str) -> Cell<'_> {
        let text = self.header.place(column).and_then(|place| self.cells.get(place)).unwrap_or_default();
        Cell { row: self.number, column, text: text.trim() }
    }

    /// Whether every cell is empty.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }

    /// How many cells it has, and how many the header has, if that differs.
    pub fn misshapen(&self) -> Option<(usize, usize)> {
        (self.cells.len() != self.header.width).then_some((self.cells.len(), self.header.width))
    }
}

impl Iterator for Rows {
    type Item = Result<Row, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        self.began.store(self.reader.position().byte(), Ordering::Relaxed);
        let mut record = ByteRecord::new();
        match self.reader.read_byte_record(&mut record) {
            Ok(false) => None,
            Ok(true) => {
                let (cells, windows_1252) = decoded(record);
                let number = self.next;
                self.next += 1;
                Some(Ok(Row { number, windows_1252, header: self.header.clone(), cells }))
            }
            Err(error) => {
                let after = self.next - 1;
                Some(Err(unreadable(&self.path, format!("after row {after}: {error}"))))
            }
        }
    }
}
