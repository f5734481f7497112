using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Deliberate.Library.Tests;

/// <summary>
/// What a library shows, as text: a line for every public type and every public or protected member, in order. What the compiler adds to
/// records is left out.
/// </summary>
internal static class PublicSurface
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext Nullability = new();

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(char)] = "char",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
    };

    /// <summary>The public types; but for pages and their parts, which Razor makes public although nobody is to build on them.</summary>
    public static IEnumerable<Type> Types(Assembly assembly) =>
        assembly.GetExportedTypes().Where(t => t.Name != "_Imports" && Array.TrueForAll(t.GetInterfaces(), i => i.FullName != "Microsoft.AspNetCore.Components.IComponent"));

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in Types(assembly).OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(Header(type)).Append('\n');
            foreach (var line in Members(type).Order(StringComparer.Ordinal)) text.Append("    ").Append(line).Append('\n');
        }

        return text.ToString();
    }

    private static string Header(Type type)
    {
        var kind = type.IsEnum ? "enum" : typeof(Delegate).IsAssignableFrom(type) ? "delegate" : type.IsInterface ? "interface"
            : type.IsValueType ? (type.IsByRefLike ? "ref struct" : "struct")
            : type.IsAbstract && type.IsSealed ? "static class" : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";
        Type[] inherited = type.BaseType is { } b && b != typeof(object) && b != typeof(ValueType) && b != typeof(Enum) && !typeof(Delegate).IsAssignableFrom(type) ? [b] : [];
        var bases = inherited.Concat(type.GetInterfaces().Where(i => i.IsVisible && !i.Name.StartsWith("IEquatable", StringComparison.Ordinal) && !type.IsEnum && kind != "delegate")).Select(Name).Order(StringComparer.Ordinal).ToArray();
        return $"{kind} {type.Namespace}.{Name(type)}{(bases.Length > 0 ? " : " + string.Join(", ", bases) : "")}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Static)) yield return $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}";
            yield break;
        }

        foreach (var member in type.GetMembers(Declared))
        {
            if (member.IsDefined(typeof(CompilerGeneratedAttribute)) && member is not PropertyInfo) continue;
            var line = member switch
            {
                FieldInfo field when Shown(field.IsPublic, field.IsFamily || field.IsFamilyOrAssembly, type) => $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{Written(Nullability.Create(field))} {field.Name}{(field.IsLiteral ? $" = {field.GetRawConstantValue()}" : "")}",
                PropertyInfo property => Property(property, type),
                ConstructorInfo constructor when !constructor.IsStatic && !typeof(Delegate).IsAssignableFrom(type) && Shown(constructor.IsPublic, constructor.IsFamily || constructor.IsFamilyOrAssembly, type) => $"{Access(constructor)}{Name(type)}({Parameters(constructor)})",
                MethodInfo method when IsListed(method, type) => $"{Access(method)}{Modifiers(method)}{Written(Nullability.Create(method.ReturnParameter))} {method.Name}{Generic(method)}({Parameters(method)})",
                _ => null,
            };
            if (line is not null) yield return line;
        }
    }

    private static bool IsListed(MethodInfo method, Type type) =>
        !method.IsSpecialName && Shown(method.IsPublic, method.IsFamily || method.IsFamilyOrAssembly, type) && method.Name is not ("PrintMembers" or "<Clone>$")
        && (!typeof(Delegate).IsAssignableFrom(type) || method.Name == "Invoke") && !(method.GetBaseDefinition().DeclaringType == typeof(object) && method.Name is not "ToString");

    private static string? Property(PropertyInfo property, Type type)
    {
        static bool Is(MethodInfo? accessor, Type type) => accessor is not null && Shown(accessor.IsPublic, accessor.IsFamily || accessor.IsFamilyOrAssembly, type);
        var (get, set) = (Is(property.GetMethod, type), Is(property.SetMethod, type));
        if ((!get && !set) || property.Name == "EqualityContract") return null;
        var either = (get ? property.GetMethod : property.SetMethod)!;
        var isInit = set && property.SetMethod!.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));
        var required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        return $"{Access(either)}{Modifiers(either)}{required}{Written(Nullability.Create(property))} {property.Name} {{ {(get ? "get; " : "")}{(set ? isInit ? "init; " : "set; " : "")}}}";
    }

    private static bool Shown(bool isPublic, bool isProtected, Type type) => isPublic || (isProtected && !type.IsSealed);

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static string Modifiers(MethodInfo method) =>
        method.IsStatic ? "static " : method.DeclaringType!.IsInterface ? "" : method.IsAbstract ? "abstract " : method.GetBaseDefinition() != method ? "override " : method.IsVirtual && !method.IsFinal ? "virtual " : "";

    private static string Generic(MethodInfo method) => method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p =>
    {
        var by = p.ParameterType.IsByRef ? p.IsOut ? "out " : p.IsIn ? "in " : "ref " : p.IsDefined(typeof(ParamCollectionAttribute)) || p.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "";
        return $"{by}{Written(Nullability.Create(p))} {p.Name}{(p.HasDefaultValue ? " = " + Literal(p) : "")}";
    }));

    private static string Literal(ParameterInfo parameter) => parameter.DefaultValue switch
    {
        null => parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null ? "default" : "null",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        Enum value => $"{value.GetType().Name}.{value}",
        var value => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    /// <summary>With a question mark where a reference may be null, inside of generic types too.</summary>
    private static string Written(NullabilityInfo info)
    {
        var type = info.Type.IsByRef ? info.Type.GetElementType()! : info.Type;
        var mark = !type.IsValueType && !type.IsGenericParameter && info.ReadState == NullabilityState.Nullable ? "?" : "";
        if (type.IsArray && info.ElementType is { } element) return $"{Written(element)}[]{mark}";
        if (!type.IsGenericType || type.IsValueType || info.GenericTypeArguments.Length == 0) return Name(type) + mark;
        return $"{type.Name[..type.Name.IndexOf('`')]}<{string.Join(", ", info.GenericTypeArguments.Select(Written))}>{mark}";
    }

    private static string Name(Type type)
    {
        if (type.IsByRef) return Name(type.GetElementType()!);
        if (Nullable.GetUnderlyingType(type) is { } value) return Name(value) + "?";
        if (type.IsArray) return Name(type.GetElementType()!) + "[]";
        if (Keywords.TryGetValue(type, out var keyword)) return keyword;
        var name = type.Name.Split('`')[0];
        if (type.IsGenericType && type.Name.Contains('`', StringComparison.Ordinal)) name += $"<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
        return type.IsNested && !type.IsGenericParameter ? $"{Name(type.DeclaringType!)}.{name}" : name;
    }
}
