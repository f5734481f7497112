using System.Text.Json;
using Deliberate.Core;
using Deliberate.Testing;

namespace Deliberate.Training.Tests;

public sealed class LearningRateScheduleTests
{
    /// <summary>Golden values of transformers 5.23.0 <c>get_scheduler</c>.</summary>
    [Fact]
    public void Rates_are_those_of_transformers()
    {
        var root = SharedFolder.Json("fixtures", "optimizer", "schedules.json");
        var cases = 0;
        foreach (var item in root.GetProperty("schedules").EnumerateObject())
        {
            var schedule = Read(item.Value, root.Number("peak_lr")).Validated();
            var expected = item.Value.Numbers("lr_by_step");
            var actual = Enumerable.Range(0, expected.Length).Select(schedule.At).ToArray();
            Golden.Close(actual, expected, 1e-12 * schedule.Peak, item.Name);
            cases++;
        }

        Golden.Report("schedules", cases);
    }

    [Fact]
    public void A_warm_up_longer_than_the_run_is_refused() =>
        Should.Throw<UserError>(() => new LearningRateSchedule { Peak = 1, Steps = 10, Warmup = 11 }.Validated()).Field.ShouldBe("schedule.warmup_steps");

    private static LearningRateSchedule Read(JsonElement item, double peak)
    {
        var settings = item.GetProperty("settings");
        var name = item.GetProperty("scheduler").GetString()!;
        return new LearningRateSchedule
        {
            Kind = name == "cosine_with_min_lr" ? ScheduleKind.Cosine : Enum.Parse<ScheduleKind>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true),
            Peak = peak,
            Steps = (int)item.Number("total_steps"),
            Warmup = (int)item.Number("warmup_steps"),
            MinimumRatio = (settings.Get("min_lr_rate") ?? settings.Get("min_lr_ratio"))?.Number() ?? 0,
            Cycles = (int)(settings.Get("num_cycles")?.Number() ?? 1),
            Power = settings.Get("power")?.Number() ?? 1,
            EndRate = settings.Get("lr_end")?.Number() ?? 1e-7,
            Decay = (int)(settings.Get("num_decay_steps")?.Number() ?? 0),
            Shape = settings.Get("decay_type")?.GetString() switch
            {
                "linear" => DecayShape.Linear,
                "1-sqrt" => DecayShape.OneMinusSqrt,
                _ => DecayShape.Cosine,
            },
        };
    }
}
