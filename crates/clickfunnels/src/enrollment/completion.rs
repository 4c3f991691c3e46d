//! Lessons that somebody completed: once each.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::command::Command;
use domain::id::RecordId;
use domain::record::{Record, RecordKind};
use domain::refusal::Refusal;
use domain::time::Time;
use engine::query::{Column, Condition, Page, RecordSort, Value as Stored};
use serde_json::{Value, json};

use crate::call::Call;
use crate::failure::Failure;
use crate::input::invalid;
use crate::page::{self, Asked};
use crate::{enrollment, filter, id, record, words};

const WRAPPER: &str = "courses_lesson_completion";
/// How many lessons of a course are looked at.
const LESSONS_MAX: u32 = 10_000;

/// The completions of a course are those of its lessons.
pub(crate) async fn list(call: Call) -> Result<Response, Failure> {
    call.must(enrollment::NEEDS)?;
    let course = enrollment::COURSE.target(&call).await?.id;
    let wanted = filter::wanted(&call, &["enrollment_id", "lesson_id"])?;
    let lessons: Vec<Stored> =
        lessons(&call, course).await?.iter().map(|lesson| lesson.id.0.into()).collect();
    let mut conditions = vec![Condition::OneOf(Column::OtherId, lessons)];
    for (name, values) in wanted.each() {
        let column = if name == "lesson_id" { Column::OtherId } else { Column::ParentId };
        conditions
            .push(Condition::OneOf(column, filter::ids(values).into_iter().map(Stored::from).collect()));
    }
    // A completion never changes, so its id is as good as the time of its last change.
    let page = Asked::of(&call)?.page(None);
    let kind = RecordKind::LessonCompletion;
    let found = call.engine.records(call.shop(), kind, &conditions, RecordSort::Id, &page).await?;
    Ok(page::answer(&call, found.iter().map(|record| (record.id.0, shown(record))).collect()))
}

pub(crate) async fn fetch(call: Call) -> Result<Response, Failure> {
    Ok(Json(shown(&named(&call).await?)).into_response())
}

pub(crate) async fn create(call: Call) -> Result<Response, Failure> {
    let course = enrollment::COURSE.target(&call).await?;
    let input = call.input(WRAPPER)?;
    let grant = match input.id("enrollment_id")? {
        Some(id) => enrollment::COURSE.one(&call, id).await?,
        None => None,
    };
    let grant = grant.filter(|grant| grant.target == course);
    let grant = grant.ok_or_else(|| invalid("enrollment_id", "must exist"))?;
    let lesson = match input.id("lesson_id")? {
        Some(id) => record::one(&call, RecordKind::CourseLesson, id).await?,
        None => None,
    };
    let lesson = lesson.filter(|lesson| lesson.other == Some(course.id));
    let lesson = lesson.ok_or_else(|| invalid("lesson_id", "must exist"))?;
    let id: RecordId = call.engine.ids().fresh().await?;
    let record = Record {
        id,
        kind: RecordKind::LessonCompletion,
        parent: Some(grant.id.0),
        other: Some(lesson.id.0),
        name: String::new(),
        key: Some(format!("{}:{}", grant.id, lesson.id)),
        archived: false,
        body: Value::Null,
        created_at: Time(0),
        updated_at: Time(0),
    };
    let verdict = call.verdict(&Command::SaveRecords(vec![record])).await?;
    if matches!(verdict, Ok(_) | Err(Refusal::Taken(_))) {
        // Also the second time: whoever completed the last lesson may have been interrupted here.
        finish(&call, grant.id.0, course.id).await?;
    }
    match verdict {
        Ok(_) => {}
        Err(Refusal::Taken(_)) => {
            return Err(Failure::Conflict("Lesson has already been completed".to_owned()));
        }
        Err(refusal) => return Err(refusal.into()),
    }
    let saved = record::one(&call, RecordKind::LessonCompletion, id.0).await?;
    let saved = saved.ok_or(Failure::NotFound(Some(id.0)))?;
    Ok((StatusCode::CREATED, Json(shown(&saved))).into_response())
}

pub(crate) async fn remove(call: Call) -> Result<Response, Failure> {
    let completion = named(&call).await?;
    let grant = completion.parent.unwrap_or_default();
    let course = of_grant(&call, RecordKind::CourseCompletion, grant).await?;
    let going = std::iter::once(&completion).chain(&course).map(|record| record.id).collect();
    call.execute(&Command::RemoveRecords(going)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The course is completed once every lesson of it is.
async fn finish(call: &Call, grant: i64, course: i64) -> Result<(), Failure> {
    let lessons = lessons(call, course).await?;
    let done = of_grant(call, RecordKind::LessonCompletion, grant).await?;
    if lessons.iter().any(|lesson| done.iter().all(|done| done.other != Some(lesson.id.0))) {
        return Ok(());
    }
    let completion = Record {
        id: call.engine.ids().fresh().await?,
        kind: RecordKind::CourseCompletion,
        parent: Some(grant),
        other: Some(course),
        name: String::new(),
        key: Some(grant.to_string()),
        archived: false,
        body: Value::Null,
        created_at: Time(0),
        updated_at: Time(0),
    };
    match call.verdict(&Command::SaveRecords(vec![completion])).await? {
        Ok(_) | Err(Refusal::Taken(_)) => Ok(()),
        Err(refusal) => Err(refusal.into()),
    }
}

/// The records of that kind that belong to an enrollment.
async fn of_grant(call: &Call, kind: RecordKind, grant: i64) -> Result<Vec<Record>, Failure> {
    let own = [Condition::OneOf(Column::ParentId, vec![grant.into()])];
    let all = Page { limit: LESSONS_MAX, ..Page::default() };
    Ok(call.engine.records(call.shop(), kind, &own, RecordSort::Id, &all).await?)
}

async fn named(call: &Call) -> Result<Record, Failure> {
    call.must(enrollment::NEEDS)?;
    let id = call.id()?;
    record::one(call, RecordKind::LessonCompletion, id).await?.ok_or(Failure::NotFound(Some(id)))
}

async fn lessons(call: &Call, course: i64) -> Result<Vec<Record>, Failure> {
    let of_course = [Condition::OneOf(Column::OtherId, vec![course.into()])];
    let all = Page { limit: LESSONS_MAX, ..Page::default() };
    Ok(call.engine.records(call.shop(), RecordKind::CourseLesson, &of_course, RecordSort::Id, &all).await?)
}

fn shown(record: &Record) -> Value {
    json!({
        "id": record.id.0,
        "public_id": id::public(record.id.0),
        "enrollment_id": record.parent,
        "lesson_id": record.other,
        "completed_at": words::time(record.created_at),
    })
}
