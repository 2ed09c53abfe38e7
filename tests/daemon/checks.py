"""The list of checks that a script runs, and what they are written with."""
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def must(condition, what):
    if not condition:
        raise AssertionError(what)


def errno_of(call, *arguments):
    try:
        call(*arguments)
    except OSError as error:
        return error.errno
    return 0
