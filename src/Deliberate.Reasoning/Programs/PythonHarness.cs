namespace Deliberate.Reasoning;

/// <summary>
/// What runs a program of a model with its tests, in Python, in the sandbox. It reads all from standard input before the program begins;
/// the program's own output goes nowhere, and each test that passed is told by a word that the program is not given: to print "passed", to
/// exit early or to raise is to fail. A program that looks for the word in the interpreter's memory is beyond it.
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
            write = os.write

            def say(what, text=""):
                write(tell, (word + " " + what + " " + text.replace("\n", " ")[:200] + "\n").encode("utf-8", "replace"))

            scope = {"__name__": "program"}
            # What ends the process from here on is the program's doing.
            say("begun")
            try:
                exec(compile(given["setup"] + "\n" + given["program"], "program.py", "exec"), scope)
            except BaseException as error:
                say("broken", type(error).__name__ + ": " + str(error))
                return
            for at, test in enumerate(tests):
                try:
                    exec(compile(test, "test.py", "exec"), dict(scope))
                    say("passed", str(at))
                except BaseException as error:
                    say("failed", str(at) + " " + type(error).__name__ + ": " + str(error))
            say("done")

        main()
        """;
}
