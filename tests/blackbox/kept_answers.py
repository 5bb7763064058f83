"""Reads what the catalogue keeps of answers: the rows of `answers` hold parts of a file's, packed (src/catalogue/answers.cpp)."""


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


def together(known, told):
    """What two parts tell of one answer. Rows that are gone, or took the place of such, stand alone."""
    if known[9] or told[9]:
        return told
    return (known[0], min(filter(None, (known[1], told[1])), default=0), known[2] or told[2], known[3] or told[3],
            *map(max, known[4:9], told[4:9]), 0)


def by_file(database):
    """{file_id: unpacked answers, by message}, of an open database"""
    files = {}
    for file_id, packed in database.execute("SELECT file_id, packed FROM answers ORDER BY file_id, part"):
        answers = files.setdefault(file_id, {})
        for answer in unpack(packed):
            answers[answer[0]] = together(answers[answer[0]], answer) if answer[0] in answers else answer
    return {file_id: [answers[message] for message in sorted(answers)] for file_id, answers in files.items()}


def with_names(database):
    """[(path, message, time_ns, model, cwd, tokens …, gone)]: the same in every catalogue of the same store"""
    names = dict(database.execute("SELECT id, name FROM names"))
    paths = dict(database.execute("SELECT id, hex(path) FROM files"))
    return [(paths[file_id], answer[0], answer[1], names.get(answer[2]), names.get(answer[3])) + answer[4:]
            for file_id, answers in by_file(database).items() for answer in answers]
