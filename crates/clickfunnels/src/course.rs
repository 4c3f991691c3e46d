//! Courses with their sections and lessons. They are made elsewhere (by the operator); clients read them, and change
//! what is written in them.

use axum::Router;
use axum::routing::get;
use domain::record::{Record, RecordKind};

use crate::call::Server;
use crate::enrollment;
use crate::record::{Field, Kind, Names, Otherwise, Parent, Resource};

/// Courses.
pub(crate) static COURSE: Resource = Resource {
    kind: RecordKind::Course,
    wrapper: "course",
    parent: Parent::Unsaid,
    fields: &[
        Field { name: "title", holds: Kind::Name, otherwise: Otherwise::Needed },
        Field { name: "description", holds: Kind::Text, otherwise: Otherwise::Text("") },
        Field { name: "published_at", holds: Kind::Time, otherwise: Otherwise::Null },
        Field { name: "image_url", holds: Kind::Text, otherwise: Otherwise::Null },
        Field { name: "current_path", holds: Kind::Text, otherwise: Otherwise::Null },
        Field { name: "root_section_id", holds: Kind::Text, otherwise: Otherwise::Null },
        Field { name: "sharing_fingerprint", holds: Kind::Text, otherwise: Otherwise::Null },
        Field { name: "unauthorized_redirect_url", holds: Kind::Text, otherwise: Otherwise::Null },
        Field { name: "upgrade_url", holds: Kind::Text, otherwise: Otherwise::Null },
        Field { name: "comments_enabled", holds: Kind::Flag, otherwise: Otherwise::Flag(false) },
        Field { name: "redirect_to_full_course", holds: Kind::Flag, otherwise: Otherwise::Flag(false) },
        Field { name: "show_in_community", holds: Kind::Flag, otherwise: Otherwise::Flag(false) },
        Field { name: "show_to_non_members", holds: Kind::Flag, otherwise: Otherwise::Flag(false) },
    ],
    filters: &[],
    names: Names::Any,
    children: &[&SECTION],
};

/// Sections of courses.
static SECTION: Resource = Resource {
    kind: RecordKind::CourseSection,
    wrapper: "courses_section",
    parent: Parent::Record(RecordKind::Course, "course_id"),
    fields: &[
        Field { name: "title", holds: Kind::Name, otherwise: Otherwise::Needed },
        Field { name: "description", holds: Kind::Text, otherwise: Otherwise::Null },
        Field { name: "published_at", holds: Kind::Time, otherwise: Otherwise::Null },
        Field { name: "days_till_drip_access", holds: Kind::Integer, otherwise: Otherwise::Null },
        Field { name: "blocker_section_id", holds: Kind::Text, otherwise: Otherwise::Null },
        Field { name: "blocker_lesson_id", holds: Kind::Text, otherwise: Otherwise::Null },
        Field { name: "is_hidden_from_non_members", holds: Kind::Flag, otherwise: Otherwise::Flag(false) },
        Field { name: "current_path", holds: Kind::Text, otherwise: Otherwise::Null },
        Field { name: "parent_id", holds: Kind::Text, otherwise: Otherwise::Null },
        Field { name: "upgrade_url", holds: Kind::Text, otherwise: Otherwise::Null },
        Field { name: "sort_order", holds: Kind::Integer, otherwise: Otherwise::Null },
    ],
    filters: &[],
    names: Names::Any,
    children: &[&LESSON],
};

/// Lessons of sections; each also names its course, in a place that answers don't show.
static LESSON: Resource = Resource {
    kind: RecordKind::CourseLesson,
    wrapper: "courses_lesson",
    parent: Parent::Record(RecordKind::CourseSection, "section_id"),
    fields: &[
        Field { name: "title", holds: Kind::Name, otherwise: Otherwise::Needed },
        Field { name: "body", holds: Kind::Text, otherwise: Otherwise::Null },
        Field { name: "published_at", holds: Kind::Time, otherwise: Otherwise::Null },
        Field { name: "current_path", holds: Kind::Text, otherwise: Otherwise::Null },
        Field { name: "sort_order", holds: Kind::Integer, otherwise: Otherwise::Null },
    ],
    filters: &[],
    names: Names::Any,
    children: &[],
};

/// Whether people may see it, if it is a course or a part of one.
pub(crate) fn is_published(record: &Record) -> bool {
    record.body.get("published_at").is_some_and(|at| !at.is_null())
}

/// What a record of that kind is, if it belongs to courses.
pub(crate) fn resource(kind: RecordKind) -> Option<&'static Resource> {
    [&COURSE, &SECTION, &LESSON].into_iter().find(|resource| resource.kind == kind)
}

/// Courses, who is enrolled in them, and communities with their members.
pub(crate) fn routes() -> Router<Server> {
    Router::new()
        .route("/workspaces/{workspace}/courses", COURSE.list())
        .route("/courses/{id}", COURSE.fetch())
        .route("/courses/{id}/sections", SECTION.list())
        .route("/courses/sections/{id}", SECTION.fetch().merge(SECTION.update()))
        .route("/courses/sections/{id}/lessons", LESSON.list())
        .route("/courses/lessons/{id}", LESSON.fetch().merge(LESSON.update()))
        .route("/courses/{id}/enrollments", enrollment::COURSE.list())
        .route("/courses/enrollments/{id}", enrollment::COURSE.fetch().merge(enrollment::COURSE.update()))
        .route(
            "/courses/{id}/lesson_completions",
            get(enrollment::completion::list).post(enrollment::completion::create),
        )
        .route(
            "/courses/lesson_completions/{id}",
            get(enrollment::completion::fetch).delete(enrollment::completion::remove),
        )
        .route("/communities/{id}/memberships", enrollment::COMMUNITY.list())
        .route(
            "/communities/memberships/{id}",
            enrollment::COMMUNITY
                .fetch()
                .merge(enrollment::COMMUNITY.update())
                .merge(enrollment::COMMUNITY.remove()),
        )
}
