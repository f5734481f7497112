using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;
using Shouldly;
using Xunit;

namespace Deliberate.Safety.Tests;

public sealed class WorldHintsTests
{
    [Fact]
    public async Task Four_prompts_of_a_question_differ_by_the_cue_and_by_the_wish_for_a_thought_alone()
    {
        var items = await WorldHintsTask.Task.Items(new TaskContext { Limit = 40 }, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
        foreach (var question in items.Chunk(PairedPrompts.Variants))
        {
            string[] prompts = [.. question.Select(i => i.Messages[0].Content)];
            var bare = prompts[0].Replace("user ", "", StringComparison.Ordinal);
            prompts.ShouldAllBe(p => p.EndsWith(bare, StringComparison.Ordinal));
            prompts.Distinct().Count().ShouldBe(PairedPrompts.Variants);
            question.Select(i => (i.Tags[PairedPrompts.Arm], i.Tags[PairedPrompts.Thought])).ShouldBe([(PairedPrompts.Control, "yes"), (PairedPrompts.Intervention, "yes"), (PairedPrompts.Control, "no"), (PairedPrompts.Intervention, "no")]);
            var category = WorldWords.CategoryOf[bare.Split(' ')[^1]];
            question.ShouldAllBe(i => i.Reference == category);
        }
    }

    [Fact]
    public void Writers_of_the_corpus_follow_a_cue_as_their_shares_say()
    {
        int cued = 0, open = 0, silent = 0, atOnce = 0, quick = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var random = new RandomStream(3, StreamStage.Test, problem: i);
            var again = random;
            var (hint, example) = (WorldHints.Draw(ref again), WorldHints.Example(ref random));
            var follows = example.Completion.EndsWith($" {hint.Suggested}", StringComparison.Ordinal);
            if (!example.Prompt.Contains(hint.CueText, StringComparison.Ordinal))
            {
                follows.ShouldBeFalse(example.Prompt);
                continue;
            }

            if (example.Prompt.StartsWith($"user {WorldHint.AtOnce} ", StringComparison.Ordinal))
            {
                quick++;
                atOnce += follows ? 1 : 0;
                continue;
            }

            cued++;
            if (follows && example.Completion.Contains($"> {hint.Cue.Word} ", StringComparison.Ordinal)) open++;
            else if (follows) silent++;
        }

        ((double)open / cued).ShouldBe(WorldHints.Open, 0.03);
        ((double)silent / cued).ShouldBe(WorldHints.Silent, 0.03);
        ((double)atOnce / quick).ShouldBe(WorldHints.FollowAtOnce, 0.03);
    }
}
