namespace Deliberate.Reasoning;

/// <summary>
/// What runs a program of a model with its tests, in Python, in the sandbox. It reads all from standard input before the program begins;
/// the program's own output goes nowhere, and each test that passed is told by a word that the program is not given: to print "passed", to
/// exit early, to raise, or to put something else in the place of what the tests are run with is to fail. A program that looks for the word in the interpreter's memory is beyond it.
/// </summary>
internal static class PythonHarness
{
    public const string FileName = "harness.py";

    public const string Text = """
        import json, os, sys

        def main():
            given = json.loads(sys.stdin.buffer.read())
            word, tests, tell = given.pop("word"), given.pop("tests"), os.dup(1)
            silent = os.open(os.devnull, os.O_RDWR)
            for descriptor in (0, 1, 2):
                os.dup2(silent, descriptor)
            # Bound before the program begins, which may put others in their place.
            write, run, build, copy, text_of, kind, base = os.write, exec, compile, dict, str, type, BaseException
            numbered = list(enumerate(tests))

            def say(what, text=""):
                write(tell, (word + " " + what + " " + text.replace("\n", " ")[:200] + "\n").encode("utf-8", "replace"))

            def why(error):
                return kind(error).__name__ + ": " + text_of(error)

            scope = {"__name__": "program"}
            # What ends the process from here on is the program's doing.
            say("begun")
            try:
                run(build(given["setup"] + "\n" + given["program"], "program.py", "exec"), scope)
            except base as error:
                say("broken", why(error))
                return
            for at, test in numbered:
                try:
                    run(build(test, "test.py", "exec"), copy(scope))
                    say("passed", text_of(at))
                except base as error:
                    say("failed", text_of(at) + " " + why(error))
            say("done")

        main()
        """;
}
