using Deliberate.Reasoning;
using Shouldly;

namespace Deliberate.Evaluation.Tests.Agents;

public sealed class VirtualShellTests
{
    [Theory]
    [InlineData("cat a.txt", "beta\nalpha\n")]
    [InlineData("sort a.txt | head -1", "alpha\n")]
    [InlineData("ls", "a.txt\ndata/\n")]
    [InlineData("ls data/*.csv", "data/x.csv\ndata/y.csv\n")]
    [InlineData("grep -n al a.txt", "2:alpha\n")]
    [InlineData("grep -rl 1 .", "/work/data/x.csv\n")]
    [InlineData("cut -d, -f2 data/x.csv", "1\n2\n")]
    [InlineData("echo one two > b && cat b", "one two\n")]
    [InlineData("echo 'a b' >> a.txt; tail -n 1 a.txt", "a b\n")]
    [InlineData("X=5; echo \"$X apples\" '$X'", "5 apples $X\n")]
    [InlineData("cat <<'END' > c\nx $Y\nEND\ncat c", "x $Y\n")]
    [InlineData("sed 's/a/o/g' a.txt", "beto\nolpho\n")]
    [InlineData("sed -i 1d a.txt; cat a.txt", "alpha\n")]
    [InlineData("false || echo no; true && echo yes", "no\nyes\n")]
    [InlineData("wc -l < a.txt", "2\n")]
    [InlineData("find . -name '*.csv'", "./data/x.csv\n./data/y.csv\n")]
    [InlineData("cp -r data more && ls more && rm -r data && ls", "x.csv\ny.csv\na.txt\nmore/\n")]
    [InlineData("mv a.txt data/ && cd data && pwd && ls", "/work/data\na.txt\nx.csv\ny.csv\n")]
    [InlineData("cat none 2>/dev/null || echo missing", "missing\n")]
    [InlineData("[ -f a.txt ] && echo there # and no more", "there\n")]
    [InlineData("printf '%s=%s\\n' a 1 b 2", "a=1\nb=2\n")]
    [InlineData("echo abc | tr a-c A-C", "ABC\n")]
    [InlineData("diff a.txt data/x.csv | head -1", "< beta\n")]
    [InlineData("sort -t, -k2 -n -r data/x.csv", "b,2\na,1\n")]
    public void A_command_does_what_a_shell_does(string command, string output) => Shell().Run(command).Output.ShouldBe(output);

    [Theory]
    [InlineData("nothing-like-it", "command not found")]
    [InlineData("for f in *; do echo $f; done", "not supported")]
    [InlineData("echo $(cat a.txt)", "not supported")]
    [InlineData("sleep 1 &", "background")]
    [InlineData("cat 'a.txt", "not closed")]
    [InlineData("grep '(' a.txt", "sh:")]
    [InlineData("cat ../../../etc/passwd", "No such file")]
    public void What_it_does_not_know_is_said_by_name(string command, string said)
    {
        var result = Shell().Run(command);
        result.Output.ShouldContain(said);
        result.ExitCode.ShouldNotBe(0);
    }

    [Fact]
    public void Nothing_is_too_much_for_it()
    {
        var shell = Shell();
        shell.Run(new string('x', VirtualShell.LongestCall + 1)).ExitCode.ShouldBe(2);
        shell.Run(string.Join('\n', Enumerable.Repeat("true", VirtualShell.MostCommands + 1))).Output.ShouldContain("more than");
        foreach (var _ in Enumerable.Range(0, 8)) shell.Run("cat a.txt a.txt a.txt > big; cat big big big big > a.txt");
        shell.Files.Files.Values.Sum(f => (long)f.Length).ShouldBeLessThanOrEqualTo(VirtualFiles.MostBytes);
        shell.Run("echo a > a/b/c; echo \u0001\u0002 > odd; cat odd").Output.ShouldContain("\u0001\u0002");
    }

    [Fact]
    public void The_same_commands_leave_the_same_files()
    {
        var (one, two) = (Shell(), Shell());
        foreach (var command in (string[])["mkdir -p q/r; cp a.txt q/r", "date > q/time", "ls -la > q/list", "sha256sum a.txt >> q/list"])
            one.Run(command).ShouldBe(two.Run(command));
        one.Files.Files.Select(f => f.Key + Convert.ToHexString(f.Value)).ShouldBe(two.Files.Files.Select(f => f.Key + Convert.ToHexString(f.Value)));
    }

    private static VirtualShell Shell() => new(VirtualFiles.OfTexts(new Dictionary<string, string> { ["/work/a.txt"] = "beta\nalpha\n", ["/work/data/x.csv"] = "a,1\nb,2\n", ["/work/data/y.csv"] = "c,3\n" }), "/work");
}
