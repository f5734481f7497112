using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Deliberate.Cli.Tests;

/// <summary>
/// The commands that pages and the skill show: each is one that there is, with options that it has and names that are known. An option that is
/// renamed, a command that is gone, a task or policy of another name fails here, by page and line.
/// </summary>
public sealed partial class DocumentedCommandTests
{
    private static readonly ConcurrentDictionary<string, CliResult> Help = new(StringComparer.Ordinal);

    private static string Repository
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "Deliberate.slnx"))) folder = Path.GetDirectoryName(folder)!;
            return folder;
        }
    }

    [Theory]
    [InlineData("docs/when.md", 14)]
    [InlineData("docs/preparedness.md", 6)]
    [InlineData("docs/card.md", 10)]
    [InlineData("docs/distillation.md", 5)]
    [InlineData("skills/deliberate/SKILL.md", 10)]
    public void Every_command_of_a_page_is_one_that_there_is(string page, int atLeast)
    {
        var commands = Commands(page).ToArray();
        commands.Length.ShouldBeGreaterThanOrEqualTo(atLeast);
        string[] wrong = [.. commands.SelectMany(c => Problems(c.Command).Select(p => $"{page}:{c.Line}: {p}: {c.Command}"))];
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_wrong_with_a_command_is_found()
    {
        Problems("deliberate gate runs/a --policy pf-v2 --evidnce x").ShouldBe(["there is no option --evidnce"]);
        Problems("deliberate gait runs/a").ShouldBe(["there is no command \"gait\""]);
        Problems("deliberate gate elicit protocol-answers --model runs/a").ShouldBe(["there is no task protocol-answers"]);
        Problems("deliberate gate runs/a --policy policies/pf-v9.yaml").ShouldBe(["there is no policy pf-v9"]);
        Problems("deliberate reproduce poetry").ShouldBe(["there is no command \"reproduce poetry\""]);
        Problems("deliberate train recipes/distillation/none.yaml").ShouldBe(["there is no recipe recipes/distillation/none.yaml"]);
        Problems("deliberate gate elicit protocol-questions --model runs/a --attempts 8   # of --nothing else").ShouldBeEmpty();
    }

    private static IEnumerable<string> Problems(string command)
    {
        var words = Word().Matches(command.Split(" #")[0].Split(" || ")[0].Split(" > ")[0]).Select(m => m.Value.Trim('"')).Skip(1).ToArray();
        // The longest beginning that is a command: subcommands stand before arguments.
        var path = new List<string>();
        foreach (var word in words.TakeWhile(w => Name().IsMatch(w)))
        {
            if (Of([.. path, word]) is null) break;
            path.Add(word);
        }

        var needsSubcommand = path is ["reproduce"] && words.Length > 1 && Name().IsMatch(words[1]);
        if (path.Count == 0 || needsSubcommand)
        {
            yield return $"there is no command \"{string.Join(' ', words.Take(path.Count + 1))}\"";
            yield break;
        }

        var help = Of(path)!;
        foreach (var option in words.Where(w => w.StartsWith('-') && w.Length > 1).Select(w => w.Split('=')[0]).Distinct())
            if (!Regex.IsMatch(help, $@"(^|[\s,]){Regex.Escape(option)}($|[\s,<\[])", RegexOptions.Multiline, TimeSpan.FromSeconds(5))) yield return $"there is no option {option}";
        foreach (var policy in words.Select(w => Policy().Match(w)).Where(m => m.Success).Select(m => m.Groups["name"].Value).Distinct())
            if (!File.Exists(Path.Combine(Repository, "policies", $"{policy}.yaml"))) yield return $"there is no policy {policy}";
        foreach (var recipe in words.Where(w => w.StartsWith("recipes/", StringComparison.Ordinal) && w != "recipes/mine.yaml"))
            if (!File.Exists(Path.Combine(Repository, recipe))) yield return $"there is no recipe {recipe}";
        foreach (var task in Tasks(path, words))
            if (!AllTasks.Value.Contains($"\"{task}\"", StringComparison.Ordinal)) yield return $"there is no task {task}";
    }

    /// <summary>The tasks that a command of evaluations names, without their transforms; families are not in the list.</summary>
    private static IEnumerable<string> Tasks(List<string> path, string[] words)
    {
        if (path is not (["eval"] or ["gate", "elicit"])) return [];
        return words.Skip(path.Count).TakeWhile(w => !w.StartsWith('-')).Where(w => !w.Contains(':', StringComparison.Ordinal) && !w.Contains('/', StringComparison.Ordinal)).Select(w => w.Split('+')[0]);
    }

    private static readonly Lazy<string> AllTasks = new(() => CliProcess.Run(Path.GetTempPath(), "eval", "tasks", "--json").ShouldSucceed().Output);

    /// <summary>The help of a command; null where there is none of that name.</summary>
    private static string? Of(IReadOnlyList<string> path)
    {
        var result = Help.GetOrAdd(string.Join(' ', path), _ => CliProcess.Run(Path.GetTempPath(), [.. path, "--help"]));
        return result.ExitCode == 0 && IsOwn(result.Output, path) ? result.Output : null;
    }

    /// <summary>An argument that looks like a subcommand prints the help of what stands before it: its usage says whose help it is.</summary>
    private static bool IsOwn(string help, IReadOnlyList<string> path)
    {
        var usage = string.Join(' ', help.Split('\n').SkipWhile(l => !l.StartsWith("Usage", StringComparison.Ordinal)).Take(2));
        return $"{Spaces().Replace(Arguments().Replace(usage, ""), " ")} ".Contains($" {string.Join(' ', path)} ", StringComparison.Ordinal);
    }

    /// <summary>Lines of fenced blocks that begin with the program's name.</summary>
    private static IEnumerable<(int Line, string Command)> Commands(string page)
    {
        var isFenced = false;
        var number = 0;
        foreach (var line in File.ReadAllLines(Path.Combine(Repository, page)))
        {
            number++;
            if (line.StartsWith("```", StringComparison.Ordinal)) isFenced = !isFenced;
            else if (isFenced && line.StartsWith("deliberate ", StringComparison.Ordinal)) yield return (number, line);
        }
    }

    [GeneratedRegex(@"""[^""]*""|\S+", RegexOptions.None, 1000)]
    private static partial Regex Word();

    [GeneratedRegex(@"\[?<[^>]*>(\.\.\.)?\]?", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Arguments();

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex Spaces();

    [GeneratedRegex(@"^[a-z][a-z-]*\z", RegexOptions.None, 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"^(policies/)?(?<name>(pf-v|frontier-)[a-z0-9-]+)(\.yaml)?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Policy();
}
