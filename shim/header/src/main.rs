//! Writes the C header from the exports in ../src: `kit_p2p_header <crate> <header> [--check]`.
//! With --check it writes nothing and fails when the header is stale.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn header(folder: &Path) -> Result<String, String> {
    let config = cbindgen::Config::from_file(folder.join("cbindgen.toml"))?;
    let mut sources: Vec<PathBuf> = std::fs::read_dir(folder.join("src"))
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    sources.sort();
    // Only what crosses the border: the insides have types whose names cbindgen would confuse.
    sources.retain(|source| std::fs::read_to_string(source).is_ok_and(|text| crosses(&text)));
    let mut builder = cbindgen::Builder::new().with_config(config);
    for source in sources {
        builder = builder.with_src(source);
    }
    let bindings = builder.generate().map_err(|error| error.to_string())?;
    let mut text = Vec::new();
    bindings.write(&mut text);
    String::from_utf8(text).map_err(|error| error.to_string())
}

fn crosses(text: &str) -> bool {
    ["no_mangle", "pub struct KitP2p", "pub enum KitP2p"].iter().any(|mark| text.contains(mark))
}

fn run(arguments: &[String]) -> Result<(), String> {
    let [folder, target, rest @ ..] = arguments else {
        return Err("usage: kit_p2p_header <crate folder> <header> [--check]".to_owned());
    };
    let made = header(Path::new(folder))?;
    if rest.first().is_some_and(|argument| argument == "--check") {
        if std::fs::read_to_string(target).is_ok_and(|found| found == made) {
            return Ok(());
        }
        return Err(format!("{target} is stale: build the target kit_p2p_header_write"));
    }
    std::fs::write(target, made).map_err(|error| format!("{target}: {error}"))
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
