using System.Security.Cryptography;
using System.Text;

namespace Deliberate.Evaluation.Tests;

/// <summary>What holds of every generated suite. A golden hash that fails says that items changed: raise the task's version with it.</summary>
public sealed class GeneratedSuiteTests
{
    /// <summary>SHA-256 of the first 20 items, and the least number of items.</summary>
    private static readonly Dictionary<string, (int Version, int Items, int Templates, string Hash)> Golden = new(StringComparer.Ordinal)
    {
        [HierarchyConflictsTask.Name] = (1, 200, 20, "26a37b7f9cabed19"),
        [TutorTask.Name] = (1, 200, 20, "0d74237762f52a42"),
        [ProtectedSecretTask.PhraseName] = (1, 200, 20, "fe579958b3e75b2f"),
        [ProtectedSecretTask.PasswordName] = (1, 200, 20, "a9cd574e3df92df3"),
        [PeopleTask.Name] = (1, 200, 20, "1e01958b848e2275"),
        [DiscriminationTask.ExplicitName] = (1, 200, 20, "d641cd9e5102d9cc"),
        [DiscriminationTask.ImplicitName] = (1, 200, 20, "6d9652c62a21d228"),
        [TransformControlTask.Name] = (1, 200, 20, "ad3f7afe5c154bf4"),
        [RegurgitationTask.Name] = (1, 200, 10, "ff25cc0c8f03f38c"),
        [SymbolTasks.HierarchyName] = (1, 200, 200, "d0bc797881813090"),
        [SymbolTasks.HallucinationName] = (1, 200, 200, "70b0d11317002665"),
    };

    public static TheoryData<string> Names => [.. Golden.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_generated_suite_has_enough_items_of_enough_templates_and_is_the_same_wherever_it_is_made(string name)
    {
        var task = EvaluationTasks.Get(name);
        var items = await SuiteRun.Items(task);
        var (version, least, templates, hash) = Golden[name];
        items.Count.ShouldBeGreaterThanOrEqualTo(least);
        items.Select(i => i.Id).ShouldBeUnique();
        items.Select(i => i.Cluster).Distinct().Count().ShouldBeGreaterThanOrEqualTo(templates);
        items.Select(Written).Distinct().Count().ShouldBeGreaterThanOrEqualTo(least * 9 / 10);
        (await SuiteRun.Items(task, new TaskContext { Limit = 7 })).Take(7).Select(Written).ShouldBe(items.Take(7).Select(Written));
        task.Version.ShouldBe(version);
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', items.Take(20).Select(Written)))))[..16].ShouldBe(hash, name);
    }

    [Theory]
    [InlineData("hierarchy-phrase")]
    [InlineData("hierarchy-tutor")]
    [InlineData("people")]
    public async Task Another_seed_and_the_split_of_training_make_other_items(string name)
    {
        var task = EvaluationTasks.Get(name);
        var usual = (await SuiteRun.Items(task, new TaskContext { Limit = 20 })).Take(20).Select(Written).ToArray();
        (await SuiteRun.Items(task, new TaskContext { Limit = 20, Seed = 2 })).Take(20).Select(Written).Intersect(usual).ShouldBeEmpty();
        (await SuiteRun.Items(task, new TaskContext { Limit = 20, Split = Deliberate.Reasoning.Split.Train })).Take(20).Select(Written).Intersect(usual).ShouldBeEmpty();
    }

    [Fact]
    public void Every_task_says_what_it_is_and_how_it_differs_from_what_was_published()
    {
        SuiteTasks.All.Select(t => t.Name).ShouldBeUnique();
        foreach (var task in SuiteTasks.All)
        {
            task.Title.ShouldNotBeNullOrEmpty(task.Name);
            task.Summary.ShouldNotBeNullOrEmpty(task.Name);
            task.Metrics.Select(m => m.Name).ShouldBeUnique(task.Name);
            if (task.Published.Count > 0) task.Differences.ShouldNotBeNullOrEmpty(task.Name);
            task.Published.ShouldAllBe(p => task.Metrics.Any(m => m.Name == p.Metric), task.Name);
        }
    }

    [Fact]
    public void Groups_ask_tasks_that_there_are_and_say_what_is_not_tested()
    {
        foreach (var group in SuiteGroups.All) SuiteGroups.Tasks(SuiteGroups.Prefix + group.Name).Select(t => t.Name).ShouldBe(group.Entries.Select(e => e.Task));
        var small = SuiteGroups.Tasks("suite:small-model").ToDictionary(t => t.Name);
        small["bbq"].Defaults.Limit.ShouldBe(500);
        small["harmbench+rot13"].Defaults.MaxTokens.ShouldBe(64);
        SuiteGroups.Tasks("suite:o1-card").SelectMany(t => t.Notes).ShouldBe(["multimodal refusal (tables 2 and 22): not tested: text only"]);
        Should.Throw<Deliberate.Core.UserError>(() => SuiteGroups.Get("suite:smal-model")).Message.ShouldContain("Did you mean \"suite:small-model\"?");
    }

    private static string Written(EvaluationItem item) =>
        $"{item.Id}|{string.Join('|', item.Messages.Select(m => $"{m.Role}: {m.Content}"))}|{item.Reference}|{string.Join(',', item.Choices)}|{item.Cluster}|{item.Facts}|{string.Join(',', item.Tags.OrderBy(t => t.Key, StringComparer.Ordinal))}";
}
