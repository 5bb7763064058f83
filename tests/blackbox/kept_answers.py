"""Reads what the catalogue keeps of answers: a row of `answers` holds all of one file, packed (src/catalogue/answers.cpp)."""


def _numbers(packed):
    value = shift = 0
    for byte in packed:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield value
            value = shift = 0


def unpack(packed):
    """[(message, time_ns, model id, cwd id, input, output, cache_write_5m, cache_write_1h, cache_read, gone)]"""
    numbers = list(_numbers(packed))
    assert len(numbers) % 10 == 0, "torn answers"
    return [tuple(numbers[i:i + 10]) for i in range(0, len(numbers), 10)]


def by_file(database):
    """{file_id: unpacked answers}, of an open database"""
    return {file_id: unpack(packed) for file_id, packed in database.execute("SELECT file_id, packed FROM answers")}


def with_names(database):
    """[(path, message, time_ns, model, cwd, tokens …, gone)]: the same in every catalogue of the same store"""
    names = dict(database.execute("SELECT id, name FROM names"))
    paths = dict(database.execute("SELECT id, hex(path) FROM files"))
    return [(paths[file_id], answer[0], answer[1], names.get(answer[2]), names.get(answer[3])) + answer[4:]
            for file_id, answers in by_file(database).items() for answer in answers]
