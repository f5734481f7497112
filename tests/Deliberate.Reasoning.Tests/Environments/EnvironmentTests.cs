using Deliberate.Core;

namespace Deliberate.Reasoning.Tests;

/// <summary>What every environment in the list keeps, and what each of the two does.</summary>
public sealed class EnvironmentTests
{
    public static TheoryData<string> Names => [.. EnvironmentList.All.Select(e => e.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Careful_writers_solve_what_is_asked_and_the_others_err(string name)
    {
        var family = EnvironmentList.All.First(e => e.Name == name);
        foreach (var level in family.Levels)
        {
            foreach (var writer in Enum.GetValues<Writer>())
            {
                var solved = 0;
                for (var i = 0; i < 60; i++)
                {
                    var problem = family.Generate(i % 2 == 0 ? Split.Train : Split.Test, level.Number, 1, i);
                    problem.ShouldBe(family.Generate(problem.Split, level.Number, 1, i));
                    ProblemSplit.Of(problem.Canonical).ShouldBe(problem.Split);
                    var solution = Written(family, problem, writer);
                    Spells(family, problem.Prompt + "\n" + solution.Completion).ShouldBeTrue(problem.Prompt + "\n" + solution.Completion);
                    var (replies, last) = await Played(family, problem, [.. solution.Turns.Select(t => t.Said)]);
                    replies.ShouldBe(solution.Turns.Select(t => t.Reply), "a fresh episode replies the same");
                    if (last.IsSolved) solved++;
                }

                if (writer == Writer.Careful) solved.ShouldBe(60, level.Name);
                else solved.ShouldBeLessThan(60, $"{level.Name}, {writer}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Nothing_that_is_said_throws_or_is_solved_by_chance(string name)
    {
        var family = EnvironmentList.All.First(e => e.Name == name);
        string[] garbage = ["", "=", "=?", "<think>", new string('9', 5000), "9*", "*9", "1+2+3", "cat", "cat ../../..", "cd /", "rm /", "rm ..", "mv a a", "put a/b/c d", "put x " + new string('a', 5000), "ls " + new string('/', 5000), "\0\uFFFD", "-9--9"];
        foreach (var level in family.Levels)
        {
            var problem = family.Generate(Split.Train, level.Number, 1, 5);
            var episode = await family.StartAsync(problem, CancellationToken.None);
            foreach (var said in garbage)
            {
                var reply = await episode.StepAsync(said, CancellationToken.None);
                reply.IsSolved.ShouldBeFalse(said);
                reply.Reward.ShouldBeLessThanOrEqualTo(0, said);
            }
        }
    }

    [Fact]
    public async Task The_calculator_takes_one_operation_a_turn()
    {
        var calculator = EnvironmentList.All.First(e => e.Name == "calculator");
        var problem = new Problem("calculator", 2, Split.Train, 0, "37*48+915=?", "37*48+915", "37*48+915", "2691");
        var (replies, last) = await Played(calculator, problem, ["37*48", "1+2+3", "1776+915", "=2691"]);
        replies.ShouldBe(["1776", "error", "2691", null]);
        last.ShouldBe(EpisodeReply.Solved());
        (await Played(calculator, problem, ["=2690"])).Last.IsSolved.ShouldBeFalse();
    }

    [Fact]
    public void Files_are_listed_read_moved_and_removed()
    {
        var held = new VirtualFiles();
        held.MakeFolder("/d");
        held.WriteText("/a", "one");
        var files = new PuzzleCommands(held);
        string?[] said = [.. new[] { "ls", "cat a", "mv a d", "cat a", "cd d", "ls", "cat ../d/a", "put b two words", "cat b", "rm ..", "cd ..", "rm d", "ls", "ls d", "sudo ls", "put c\0 x", "put none/c x", "mv / d", "rm /", $"put {new string('x', 129)} y", "cat" }.Select(files.Run)];
        said.ShouldBe(["a d/", "one", "ok", null, "a", "a", "one", "ok", "two words", null, "d/", "ok", "empty", null, null, null, null, null, null, null, null]);
    }

    [Fact]
    public void A_mix_of_families_is_played_where_its_part_is_an_environment()
    {
        var mixed = new MixedFamily("mix", [new(FamilyRegistry.Get("calculator"), [1], CorpusMixture.CarefulOnly), new(FamilyRegistry.Get("arithmetic"), [2], CorpusMixture.CarefulOnly)]);
        var set = EnvironmentSet.In(mixed)!;
        set.Of(mixed.Generate(Split.Train, MixedFamily.Level, 1, 0))!.Name.ShouldBe("calculator");
        set.Of(mixed.Generate(Split.Train, MixedFamily.Level, 1, 1)).ShouldBeNull();
        EnvironmentSet.In(FamilyRegistry.Get("arithmetic")).ShouldBeNull();
    }

    [Fact]
    public void Rewards_stand_at_the_last_token_of_their_turn()
    {
        var episode = new Episode([new("a", "b", -0.5) { OwnTokens = 2, GivenTokens = 3 }, new("c", null, 1) { OwnTokens = 1 }]);
        episode.TokenRewards(6).ShouldBe([0, -0.5, 0, 0, 0, 1]);
        Episode.Given(episode.Turns.Select(t => (t.OwnTokens, t.GivenTokens))).ShouldBe([false, false, true, true, true, false]);
    }

    [Fact]
    public void A_stream_from_a_later_position_is_the_rest_of_it()
    {
        var stream = new RandomStream(3, StreamStage.Test, 1, 2, 3, 4);
        for (var i = 0UL; i < 5; i++) stream.From(7).UniformAt(i).ShouldBe(stream.UniformAt(7 + i));
        stream.From(2).From(5).UniformAt(0).ShouldBe(stream.UniformAt(7));
        var drawn = stream.From(7);
        drawn.NextDouble().ShouldBe(stream.UniformAt(7));
    }

    private static WorkedSolution Written(EnvironmentFamily family, Problem problem, Writer writer)
    {
        var random = new RandomStream(1, StreamStage.Test, problem: problem.Index, sample: (long)writer);
        return family.Write(problem, writer, ref random);
    }

    private static async Task<(string?[] Replies, EpisodeReply Last)> Played(EnvironmentFamily family, Problem problem, string[] said)
    {
        var replies = new List<EpisodeReply>();
        await using var episode = await family.StartAsync(problem, CancellationToken.None);
        foreach (var line in said) replies.Add(await episode.StepAsync(line, CancellationToken.None));
        return ([.. replies.Select(r => r.IsOver ? null : r.Text)], replies[^1]);
    }

    private static bool Spells(EnvironmentFamily family, string text) => text.All(c => family.Alphabet.Any(a => a == c.ToString()));
}
