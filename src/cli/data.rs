//! `engram data`: lists data sets, brings them, writes them for the page.

use std::path::Path;

use super::args::DataCommand;
use super::{Failure, print};
use crate::data::catalogue::{DataSetInfo, catalogue, info};
use crate::data::fetch::{self, Got};
use crate::data::{Shape, cache, site};

pub fn data(command: &DataCommand) -> Result<(), Failure> {
    match command {
        DataCommand::List => print(&list()),
        DataCommand::Get { names, from } => names.iter().try_for_each(|name| get(name, from.as_deref())),
        DataCommand::Site { dir } => {
            for set in site::site_files(dir)?.sets {
                let size = |files: &[site::IndexedFile]| megabytes(files.iter().map(|file| file.bytes).sum());
                eprintln!("{}: {} to begin with, {} whole", set.name, size(&set.quick), size(&set.full));
            }
            Ok(())
        }
    }
}

fn get(name: &str, from: Option<&Path>) -> Result<(), Failure> {
    let info = info(name)?;
    match fetch::get(name, from, &|message| eprintln!("{message} …"))? {
        Got::Kept => eprintln!("{} is here already, and sound", info.title),
        Got::Brought(source) => {
            eprintln!("{} was brought from {source} to {}", info.title, cache::folder(info).display());
        }
    }
    eprintln!("  {}\n  licence: {}", info.attribution, info.licence);
    Ok(())
}

fn list() -> String {
    catalogue().iter().map(|info| describe(info)).collect::<Vec<_>>().join("\n")
}

fn describe(info: &DataSetInfo) -> String {
    let shape = match info.shape {
        Shape::Image { height, width } => format!("{height}×{width} pixels"),
        Shape::Vector { len } => format!("{len} features"),
    };
    let here = match cache::is_complete(info) {
        true => format!("here, in {}", cache::folder(info).display()),
        false => "not here".into(),
    };
    format!(
        "{name}: {title}, {here}\n\
         \x20 {train} training and {test} test samples of {shape}\n\
         \x20 classes: {classes}\n\
         \x20 {attribution}\n\
         \x20 licence: {licence}\n\
         \x20 cite: {citation}\n\
         \x20 from: {source}\n",
        name = info.name,
        title = info.title,
        train = info.train,
        test = info.test,
        classes = info.classes.join(", "),
        attribution = info.attribution,
        licence = info.licence,
        citation = info.citation,
        source = info.source,
    )
}

fn megabytes(bytes: usize) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
