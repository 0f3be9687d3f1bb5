// What a body is, told by its head and, where that says little, by its first bytes; and the parts of bodies that are
// lists of fields. Pure. Any thread.
#pragma once

#include <QByteArray>
#include <QString>
#include <string_view>
#include <vector>

namespace sluice::gui {

enum class BodyKind { Json, Xml, Html, Css, JavaScript, Form, Multipart, EventStream, Image, OtherText, Binary };

BodyKind bodyKindOf(std::string_view contentType, QByteArrayView beginning);

// One line of a table of fields: a header, a query parameter, a cookie, a field of a form.
struct NamedValue {
  QString name;
  QString value;
  QString note;  // what else is said of it: the attributes of a cookie, the type of a part
  QString fileName = {};  // of a part, as its head says
  qint64 from = 0;        // of a part's bytes in the body
  qint64 bytes = -1;      // negative: it is no part
  QByteArray partOf = {};  // that body, shared by all of its parts
};

// name=value&name=value, percent-decoded (WHATWG URL, "application/x-www-form-urlencoded").
std::vector<NamedValue> formFields(QByteArrayView encoded);
// The parts of a multipart body (RFC 2046, RFC 7578). What lies outside of them is left out.
std::vector<NamedValue> multipartFields(std::string_view contentType, const QByteArray& whole);

// A parameter of a field value: "boundary" of `multipart/form-data; boundary="x"`. Empty when it is not there.
QByteArray parameterOf(std::string_view fieldValue, std::string_view name);

}  // namespace sluice::gui
