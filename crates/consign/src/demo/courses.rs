//! Something to learn: a course that an article of the catalogue gives, and the community of those who took it.

use std::path::Path;

use domain::access::{Target, TargetKind};
use domain::command::Command;
use domain::id::RecordId;
use domain::record::{Record, RecordKind};
use domain::time::Time;
use engine::Engine;
use engine::downloads::Stored;
use serde_json::json;

use super::stage::Stage;
use crate::failure::Failure;
use crate::installation::make_private_folder;

/// Sections of the course, each with its lessons.
const SECTIONS: [(&str, &[&str]); 2] =
    [("Bread", &["Sourdough", "Rye", "Flat breads"]), ("Soups", &["Stock", "Bisque"])];

/// A file that comes with the course.
const RECIPES: &str = include_str!("recipes.txt");

/// Makes the course, the community and the recipes, and tells what whoever pays for it may use. The recipes are put
/// among `files`.
pub(super) async fn make(engine: &Engine, stage: &Stage<'_>, files: &Path) -> Result<Vec<Target>, Failure> {
    let mut records = Vec::new();
    let course = record(engine, RecordKind::Course, "Cookery Course", (None, None)).await?;
    let community = record(engine, RecordKind::Community, "Home cooks", (None, None)).await?;
    let mut recipes = record(engine, RecordKind::Asset, "Recipes of the course", (None, None)).await?;
    let name = "recipes.txt".to_owned();
    recipes.body = json!({ "file": Stored { name, bytes: RECIPES.len() as u64 } });
    make_private_folder(files)?;
    std::fs::write(files.join(recipes.id.to_string()), RECIPES)?;
    let targets = vec![
        Target { kind: TargetKind::Course, id: course.id.0 },
        Target { kind: TargetKind::Community, id: community.id.0 },
        Target { kind: TargetKind::Asset, id: recipes.id.0 },
    ];
    for (title, lessons) in SECTIONS {
        let section = record(engine, RecordKind::CourseSection, title, (Some(course.id), None)).await?;
        for lesson in lessons {
            let place = (Some(section.id), Some(course.id));
            records.push(record(engine, RecordKind::CourseLesson, lesson, place).await?);
        }
        records.push(section);
    }
    records.extend([course, community, recipes]);
    stage.act(&Command::SaveRecords(records)).await?;
    Ok(targets)
}

/// A record in its place: what it belongs to, and what it joins that with.
async fn record(
    engine: &Engine,
    kind: RecordKind,
    name: &str,
    (parent, other): (Option<RecordId>, Option<RecordId>),
) -> Result<Record, Failure> {
    Ok(Record {
        id: engine.ids().fresh().await?,
        kind,
        parent: parent.map(|id| id.0),
        other: other.map(|id| id.0),
        name: name.to_owned(),
        key: None,
        archived: false,
        body: json!({}),
        created_at: Time(0),
        updated_at: Time(0),
    })
}
