using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Training.Tests;

/// <summary>Golden values of TRL 1.16.0, verl 0.7.0, open-r1 and Kimi k1.5.</summary>
public sealed class LengthRewardsTests
{
    [Fact]
    public void Every_case_agrees()
    {
        var (cases, tolerance, _) = Golden.Read("fixtures", "objectives", "length_rewards.json");
        foreach (var item in cases)
        {
            var inputs = item.GetProperty("inputs");
            var config = item.Get("config") ?? default;
            int Setting(string name) => config.GetProperty(name).GetInt32();
            double[] rewards;
            switch (item.GetProperty("method").GetString())
            {
                case "soft_overlong":
                    rewards = [.. inputs.Integers("lengths").Select(length => OverlongReward.Value(length, Setting("max_length"), Setting("cache")))];
                    break;
                case "overlong_verl":
                    rewards = [.. inputs.Integers("lengths").Select(length => LinearOverlongReward.Value(length, Setting("max_length"), Setting("buffer"), config.Number("factor")))];
                    break;
                case "repetition":
                    rewards = [.. inputs.GetProperty("token_ids").EnumerateArray().Select(ids => RepetitionReward.Value(
                        [.. ids.EnumerateArray().Select(id => id.GetInt32())], Setting("ngram"), config.Number("max_penalty")))];
                    break;
                case "cosine_length":
                    rewards = [.. inputs.Integers("lengths").Select(length => CosineReward.Value(
                        length, Setting("max_length"), config.GetProperty("correct").GetBoolean(), config.Number("min"), config.Number("max")))];
                    break;
                case "kimi_length":
                    var lengths = inputs.Integers("lengths");
                    rewards = new double[lengths.Length];
                    KimiLengthReward.Compute(lengths, [.. inputs.GetProperty("correct").EnumerateArray().Select(c => c.GetBoolean())], rewards);
                    break;
                default:
                    throw new InvalidOperationException(item.Name());
            }

            Golden.Close(rewards, item.GetProperty("expected").Numbers("rewards"), tolerance, item.Name());
        }

        Golden.Report("length rewards", cases.Length);
    }

    [Fact]
    public void Repeated_n_grams_are_counted_as_one_by_one_they_would_be() =>
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Gen.ArrayOf(Gen.Choose(0, 3)).ToArbitrary(), Gen.Choose(1, 4).ToArbitrary(), (tokens, n) =>
        {
            var grams = Enumerable.Range(0, Math.Max(0, tokens.Length - n + 1)).Select(i => string.Join(' ', tokens.Skip(i).Take(n))).ToArray();
            RepetitionReward.Value(tokens, n, -2).ShouldBe(grams.Length == 0 ? 0 : -2 * (1 - ((double)grams.Distinct().Count() / grams.Length)));
        }));
}
