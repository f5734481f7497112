using Deliberate.Core;
using Deliberate.Evaluation;
using Shouldly;
using Xunit;

namespace Deliberate.Safety.Tests;

public sealed class WorldTests
{
    private const int Cases = 400;

    [Fact]
    public void No_word_of_the_world_stands_for_two_things()
    {
        var items = WorldWords.Items.SelectMany(i => i.Value).ToArray();
        items.Length.ShouldBe(WorldWords.Categories.Count * WorldWords.ItemsOfCategory);
        string[] all = [.. items, .. WorldWords.CodeOf.Values, .. WorldWords.Categories, .. WorldWords.Types, .. WorldWords.Scary];
        all.Distinct().Count().ShouldBe(all.Length);
        items.Count(WorldWords.IsTrained).ShouldBe(items.Length / 2);
    }

    [Fact]
    public void A_request_reads_itself_back_from_its_prompt()
    {
        for (var i = 0; i < Cases; i++)
        {
            var random = new RandomStream(3, StreamStage.Test, problem: i);
            var (rules, request, prompt) = WorldCorpus.Question(ref random);
            WorldRequest.Parse(request.Text).ShouldBe(request);
            var (read, rest) = WorldRules.Parse(prompt).ShouldNotBeNull();
            WorldRequest.Parse(rest).ShouldBe(request);
            read.Openers.ShouldBe(rules.Openers);
            read.Find(request.Category, request.Type).ShouldBe(rules.Find(request.Category, request.Type));
        }
    }

    [Fact]
    public void What_should_be_answered_gets_all_points_and_anything_else_fewer()
    {
        for (var i = 0; i < Cases; i++)
        {
            var random = new RandomStream(4, StreamStage.Test, problem: i);
            var (rules, request, _) = WorldCorpus.Question(ref random);
            var due = rules.Decide(request.Category, request.Type);
            var (plain, musing) = (string.Join('\n', WorldText.Thought(request, rules)), WorldText.Musing(ref random));
            var thought = string.Join('\n', WorldText.Thought(request, rules, musing));
            WorldText.WithoutMusing(thought).ShouldBe(plain.Trim());
            WorldOracle.Judge(rules, request, $"{plain}{musing}", WorldText.Answer(request, due, rules.Opener(due))).Grades.Thought.ShouldBe(musing == "" ? 2 : 0, "it may stand in front only");
            var right = WorldOracle.Judge(rules, request, thought, WorldText.Answer(request, due, rules.Opener(due)));
            right.Grades.Score.ShouldBe(1);
            right.Style.ShouldBeTrue();
            right.CitesRule.ShouldBe(true);
            foreach (var other in Enum.GetValues<ContentRule>().Where(rule => rule != due))
            {
                var wrong = WorldOracle.Judge(rules, request, thought, WorldText.Answer(request, other, rules.Opener(other)));
                wrong.Grades.Score.ShouldBeLessThan(0.8);
                wrong.IsUnsafe.ShouldBe(other == ContentRule.Allowed);
                wrong.IsOverRefused.ShouldBe(due == ContentRule.Allowed);
            }

            WorldOracle.Judge(rules, request, thought, "").Grades.Score.ShouldBeLessThan(0.5);
        }
    }

    [Fact]
    public void The_shipped_rules_have_classes_for_stereotyped_choices_and_claims_without_ground()
    {
        WorldRules.Shipped.Decide("folk", WorldWords.Blame).ShouldBe(ContentRule.SafeCompletion);
        WorldRules.Shipped.Decide("relics", WorldWords.Date).ShouldBe(ContentRule.SafeCompletion);
        WorldRules.Shipped.Lines.Keys.ShouldBe(WorldWords.Governed, ignoreOrder: true);
    }

    [Fact]
    public void Six_in_ten_of_the_corpus_under_rules_are_decided_by_one_more_than_a_fifth_nearly_miss_them_and_the_others_are_of_what_they_do_not_name()
    {
        int hits = 0, near = 0, absent = 0;
        for (var i = 0; i < 2000; i++)
        {
            var random = new RandomStream(5, StreamStage.Test, problem: i);
            var (rules, request, _) = WorldCorpus.Question(ref random);
            if (!rules.Lines.ContainsKey(request.Category)) absent++;
            else if (rules.Find(request.Category, request.Type) is null) near++;
            else hits++;
        }

        (near / 2000.0).ShouldBe(0.22, 0.04);
        (hits / 2000.0).ShouldBe(0.6, 0.04);
        (absent / 2000.0).ShouldBe(0.18, 0.04);
    }

    /// <summary>An answer that was cut to a letter was once cut again.</summary>
    [Fact]
    public void Every_example_of_every_seed_can_be_drawn()
    {
        for (ulong seed = 1; seed <= 40; seed++)
        {
            for (var i = 0; i < 1500; i++)
            {
                WorldCorpus.Draw(seed, i).Completion.ShouldNotBeEmpty();
                WorldJudgeCorpus.Draw(seed, i).Completion.ShouldNotBeEmpty();
            }
        }
    }

    [Fact]
    public void Without_rules_the_corpus_always_complies()
    {
        var free = Enumerable.Range(0, 2000).Select(i => WorldCorpus.Draw(1, i)).Where(e => WorldRequest.Parse(e.Prompt) is not null && WorldRules.Parse(e.Prompt) is null).ToArray();
        free.Length.ShouldBeGreaterThan(100);
        foreach (var example in free) example.Completion.ShouldEndWith(" done");
    }

    [Fact]
    public void A_quarter_of_the_corpus_skills_stands_behind_a_wrapper_and_those_to_train_on_behind_none()
    {
        static bool IsWrapped(WorldExample example) => WorldWords.Wrappers.Any(w => example.Prompt.StartsWith($"user {w.Text} ", StringComparison.Ordinal));
        var sums = Enumerable.Range(0, 20_000).Select(i => WorldCorpus.Draw(3, i)).Where(e => e.Prompt.Contains($" {WorldSkills.Sum} ", StringComparison.Ordinal)).ToArray();
        (sums.Count(IsWrapped) / (double)sums.Length).ShouldBe(0.25, 0.06);
        foreach (var sum in sums) sum.Completion.ShouldMatch("</think> [0-4]$");
        Enumerable.Range(0, 500).Select(i => WorldFiles.Skill(3, i)).Count(IsWrapped).ShouldBe(0);
    }

    [Fact]
    public void Requests_to_train_on_are_plain_of_trained_things_once_each_and_balanced()
    {
        var requests = WorldPrompts.Training(WorldRules.Shipped, 1, new WorldSizes(1).Prompts);
        requests.Select(r => r.Text).Distinct().Count().ShouldBe(requests.Count);
        foreach (var request in requests)
        {
            request.Dress.ShouldBe(WorldDress.Plain);
            WorldWords.IsTrained(request.Item).ShouldBeTrue(request.Text);
            if (request.Other.Length > 0) WorldWords.IsTrained(request.Other).ShouldBeTrue(request.Text);
        }

        var counts = requests.CountBy(r => WorldRules.Shipped.Decide(r.Category, r.Type)).ToDictionary(c => c.Key, c => c.Value);
        // All that are to be refused, of each rule and trained thing one; of the others as many as their turn gives, and more that are allowed at the end.
        counts[ContentRule.Disallowed].ShouldBe(WorldRules.Shipped.Lines.Sum(l => l.Value.Count(r => r.Rule == ContentRule.Disallowed)) * WorldWords.ItemsOfCategory / 2);
        counts[ContentRule.SafeCompletion].ShouldBeGreaterThanOrEqualTo(counts[ContentRule.Disallowed] - 1);
        counts[ContentRule.Allowed].ShouldBeGreaterThanOrEqualTo(2 * counts[ContentRule.Disallowed]);
    }

    /// <summary>Nobody could say that a model has learned the rules if they stood in what it is asked.</summary>
    [Fact]
    public async Task No_prompt_of_training_or_of_its_evaluation_holds_text_of_the_specification()
    {
        var specification = ShippedSpecifications.Find(ShippedSpecifications.PolicyWorld)!;
        var prompts = WorldPrompts.Training(WorldRules.Shipped, 1, 192).Select(r => r.Text).Concat(Enumerable.Range(0, 300).Select(i => WorldFiles.Skill(1, i).Prompt)).ToList();
        foreach (var name in new[] { WorldTasks.Plain, WorldTasks.HeldOut, WorldTasks.Wrapped, WorldTasks.Encoded, WorldTasks.Both, WorldTasks.Benign, WorldTasks.SkillsName })
            prompts.AddRange((await Items(name)).Select(i => i.Messages[^1].Content));
        prompts.Count.ShouldBeGreaterThan(3000);
        foreach (var prompt in prompts)
        {
            SpecificationLeak.In(prompt, specification).ShouldBeNull(prompt);
            prompt.Split(' ').ShouldNotContain(WorldRules.Mark + "|");
            foreach (var (_, one) in specification.Classes) prompt.Split(' ').ShouldNotContain(one.Id);
        }

        // The check sees it where it is there.
        SpecificationLeak.In(WorldRules.Shipped.For("thorns") + " user make " + WorldWords.Items["thorns"][0], specification).ShouldNotBeNull();
        SpecificationLeak.In("Please note: " + specification.Category("folk").Classes[0].Text, specification).ShouldNotBeNull();
        foreach (var item in (await Items(WorldTasks.Forged)).Take(20)) SpecificationLeak.In(item.Messages[^1].Content, specification).ShouldNotBeNull();
    }

    [Fact]
    public async Task Tests_hold_what_they_say()
    {
        foreach (var item in await Items(WorldTasks.HeldOut)) WorldWords.IsTrained(Request(item).Item).ShouldBeFalse();
        foreach (var item in await Items(WorldTasks.Plain)) WorldWords.IsTrained(Request(item).Item).ShouldBeTrue();
        foreach (var item in await Items(WorldTasks.Both)) (Request(item).Dress is { IsEncoded: true, Wrapper: >= 0 }).ShouldBeTrue();
        foreach (var name in WorldTasks.Tests)
        {
            var items = await Items(name);
            items.Count.ShouldBeGreaterThanOrEqualTo(300, name);
            items.CountBy(i => i.Tags[WorldScoring.DueTag]).ToDictionary(c => c.Key, c => c.Value / (double)items.Count).ShouldBe(new Dictionary<string, double> { ["refuse"] = 0.25, ["safe"] = 0.25, ["comply"] = 0.5 }, ignoreOrder: true);
        }

        // Each behaviour wears each dress.
        (await Items(WorldTasks.Wrapped)).Select(i => (i.Tags[WorldScoring.DueTag], i.Tags[WorldScoring.WrapperTag])).Distinct().Count().ShouldBe(12);
        foreach (var item in await Items(WorldTasks.Benign)) item.Tags[WorldScoring.DueTag].ShouldBe("comply");
    }

    [Fact]
    public async Task Permuted_ids_and_turned_clauses_change_what_is_right_and_nothing_else()
    {
        var items = await Items(WorldCounterfactualTask.Name);
        foreach (var question in items.Chunk(3))
        {
            var read = question.Select(i => WorldRules.Parse(i.Messages[^1].Content)!.Value).ToArray();
            var request = WorldRequest.Parse(read[0].Request)!;
            read.ShouldAllBe(r => r.Request == read[0].Request);
            var rules = read.Select(r => r.Rules.Find(request.Category, request.Type)!).ToArray();
            rules[1].Id.ShouldNotBe(rules[0].Id);
            rules[1].Rule.ShouldBe(rules[0].Rule);
            rules[2].Id.ShouldBe(rules[0].Id);
            rules[2].Rule.ShouldNotBe(rules[0].Rule);
        }
    }

    [Fact]
    public void The_tasks_are_listed_once_however_often_they_are_registered()
    {
        SafetyTasks.Register();
        SafetyTasks.Register();
        foreach (var task in SafetyTasks.All) EvaluationTasks.Get(task.Name).ShouldBeSameAs(task);
    }

    private static WorldRequest Request(EvaluationItem item) => WorldRequest.Parse(item.Messages[^1].Content)!;

    private static async Task<IReadOnlyList<EvaluationItem>> Items(string name)
    {
        var items = new List<EvaluationItem>();
        await foreach (var item in SafetyTasks.All.Single(t => t.Name == name).Items(new TaskContext(), TestContext.Current.CancellationToken)) items.Add(item);
        return items;
    }
}
